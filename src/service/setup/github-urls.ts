/** The addresses of a GitHub: github.com, a tenant of it under ghe.com, or an Enterprise Server. */
export interface GitHubUrls {
  /** Without a slash at its end. */
  web: string;
  /** What `GITHUB_API_URL` is set to. */
  api: string;
}

/** @param text e.g. `https://github.com` or `https://github.example.com` */
export function githubUrls(text: string): GitHubUrls {
  const { protocol, host, origin } = new URL(text);
  if (host === 'github.com') return { web: origin, api: 'https://api.github.com' };
  if (host.endsWith('.ghe.com')) return { web: origin, api: `${protocol}//api.${host}` };
  return { web: origin, api: `${origin}/api/v3` };
}

/** Where a person registers an App from a manifest. Source: "Registering a GitHub App from a manifest". */
export function registrationUrl({ web }: GitHubUrls, organization: string | null, state: string): string {
  const owner = organization === null ? '' : `/organizations/${encodeURIComponent(organization)}`;
  return `${web}${owner}/settings/apps/new?state=${encodeURIComponent(state)}`;
}
