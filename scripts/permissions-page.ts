import {
  FEATURES,
  type FeatureNeed,
  labelOf,
  leastPermissions,
  subscribedEvents,
} from '../src/github/permissions.ts';

/** `docs/permissions.md`, made from the table in `src/github/permissions.ts`. */
export function permissionsPage(): string {
  const rows = Object.values<FeatureNeed>(FEATURES).map(
    (need) =>
      `| ${need.text} | ${labelOf(need)} | ${need.events.map((event) => `\`${event}\``).join(', ') || '–'} | ${need.without} |`,
  );
  const least = Object.entries(leastPermissions()).map(
    ([permission, level]) => `- ${labelOf({ permission: permission as FeatureNeed['permission'], level })}`,
  );
  return `# Permissions

Made by \`node scripts/write-permissions.ts\` from the table in \`src/github/permissions.ts\`, which the manifest of
\`checkmend setup\` and every message about a missing permission read too.

| to | the App needs | it gets the events | without it |
| --- | --- | --- | --- |
${rows.join('\n')}

## All together

What \`checkmend setup\` asks for, and no more:

${least.join('\n')}

Events to subscribe to: ${subscribedEvents()
    .map((event) => `\`${event}\``)
    .join(', ')}. \`installation\`, \`installation_repositories\` and \`ping\` are sent to every App.

*Workflows: write* is not asked for: nothing under \`.github/\` is ever changed.
`;
}
