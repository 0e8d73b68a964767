import { randomBytes } from 'node:crypto';
import { type ApiRequest, at, type Json, objectOf, textOf, tokenOf } from './wire.ts';

/** Who makes a request. */
export type Identity =
  | { readonly kind: 'user'; readonly login: string }
  | {
      readonly kind: 'installation';
      readonly login: string;
      readonly permissions: Json;
      readonly installationId: string;
    }
  | { readonly kind: 'app' };

const TOKENS_PER_USER = 40;

/** Users and organisations, and the tokens that were given out. */
export class Accounts {
  /** Login to tokens: used in turn, because the emulator allows each 5 000 requests an hour. */
  readonly #users = new Map<string, string[]>();
  /** Organisation to a member who may do everything there. */
  readonly #organizations: Readonly<Record<string, string>>;
  readonly #installationTokens = new Map<string, MintedToken>();
  readonly #botLogin: string;

  constructor(users: readonly string[], organizations: Readonly<Record<string, string>>, botLogin: string) {
    for (const login of users) {
      this.#users.set(
        login,
        Array.from({ length: TOKENS_PER_USER }, () => `ghp_${randomBytes(18).toString('hex')}`),
      );
    }
    this.#organizations = organizations;
    this.#botLogin = botLogin;
  }

  /** Token to login, for the emulator. */
  tokens(): Record<string, string> {
    return Object.fromEntries(
      [...this.#users].flatMap(([login, tokens]) => tokens.map((token) => [token, login])),
    );
  }

  isOrganization(login: string): boolean {
    return Object.hasOwn(this.#organizations, login);
  }

  /** A user who may write where `account` owns: the user itself, or an organisation's administrator. */
  writerOf(account: string): string {
    return this.#organizations[account] ?? account;
  }

  /** Authorization header of a user. */
  authorizationOf(login: string): string {
    const tokens = this.#users.get(login);
    const token = tokens?.shift();
    if (!tokens || token === undefined) throw new Error(`no user ${login}: name it in the options`);
    tokens.push(token);
    return `token ${token}`;
  }

  /** Remembers a token that the emulator minted. */
  minted(answer: Json, installationId: string): void {
    this.#installationTokens.set(textOf(answer, 'token'), {
      installationId,
      permissions: at(answer, 'permissions'),
      expiresAt: Date.parse(textOf(answer, 'expires_at')),
    });
  }

  /** Makes every installation token that was given out worthless. */
  revokeInstallationTokens(): void {
    this.#installationTokens.clear();
  }

  /** Null for a token that nobody gave out, or that is worthless by now. */
  identify(request: ApiRequest): Identity | null {
    const token = tokenOf(request.headers);
    if (token === null) return null;
    // The emulator checks the signature of an App's own token.
    if (token.startsWith('eyJ')) return { kind: 'app' };
    for (const [login, tokens] of this.#users) if (tokens.includes(token)) return { kind: 'user', login };
    const installation = this.#installationTokens.get(token);
    if (!installation || installation.expiresAt <= Date.now()) return null;
    const { permissions, installationId } = installation;
    return { kind: 'installation', login: this.#botLogin, permissions, installationId };
  }
}

interface MintedToken {
  readonly installationId: string;
  readonly permissions: Json;
  readonly expiresAt: number;
}

/** May this identity do that? Users may; whether they may touch the repository is the emulator's to say. */
export function permits(identity: Identity | null, permission: string, level: 'read' | 'write'): boolean {
  if (identity?.kind !== 'installation') return identity?.kind === 'user';
  const granted = identity.permissions[permission];
  return granted === 'write' || granted === level;
}

/** Permissions in the body of a minted token, or null where none was minted. */
export function mintedToken(response: { status: number; body: Buffer }): Json | null {
  return response.status === 201 ? objectOf(response) : null;
}
