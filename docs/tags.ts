/** The tags of endpoints, in the order of their introduction to a new reader. */
export const TAGS: readonly { readonly name: string; readonly description: string; readonly functions: RegExp }[] = [
  {
    name: 'Organizations',
    functions: /^organizations\//,
    description: 'Create, rename, transfer and delete organizations.',
  },
  {
    name: 'Invitations',
    functions: /^invitations\//,
    description: 'Invite people by e-mail, one or many; accept and decline.',
  },
  { name: 'Members', functions: /^(members|roles)\//, description: 'The members of an organization and their roles.' },
  { name: 'Teams', functions: /^teams\//, description: 'The tree of teams, and their members.' },
  {
    name: 'Oneself',
    functions: /^me\//,
    description: 'The caller: profile, memberships, pending invitations and offers.',
  },
  { name: 'Access tokens', functions: /^access-tokens\//, description: 'Credentials for programs.' },
  {
    name: 'Integrations',
    functions: /^integrations\//,
    description: 'Credentials of an organization for its backends.',
  },
  {
    name: 'Access',
    functions: /^access\//,
    description: 'Whether a member has a permission, and their permissions for sites, with reasons.',
  },
  {
    name: 'Sessions',
    functions: /^sessions\//,
    description: 'Signed statements of a membership, which a backend verifies without a call.',
  },
  {
    name: 'Audit log',
    functions: /^audit-logs\//,
    description: 'The changes in an organization, with actor and time.',
  },
  { name: 'Webhooks', functions: /^webhooks\//, description: 'Receivers of events over HTTP: docs/webhooks.md.' },
  { name: 'Health', functions: /^health\//, description: 'Whether the service answers.' },
  { name: 'Pages', functions: /^pages\//, description: 'The pages behind the links in mails.' },
  { name: 'Console', functions: /^console\//, description: 'The console in a browser: docs/console.md.' },
  {
    name: 'Volt Time: teams',
    functions: /^volttime\/(list|create)-teams?(-v\d)?$/,
    description: 'The same teams in Volt Time’s API: docs/volt-time.md.',
  },
  {
    name: 'Volt Time: chargers',
    functions: /^volttime\/.*charger/,
    description: 'Chargers of sites: docs/volt-time.md.',
  },
  {
    name: 'Volt Time: sharing',
    functions: /^volttime\/.*(site-team|invite|sensitive|asset)/,
    description: 'The access of teams to sites: docs/volt-time.md.',
  },
  { name: 'Volt Time: sites', functions: /^volttime\//, description: 'Sites of teams: docs/volt-time.md.' },
  {
    name: 'Papershift: teams',
    functions: /^papershift\//,
    description: 'The same teams in Papershift’s API, JSON:API 1.1: docs/papershift.md.',
  },
  {
    name: 'Rocket.Chat: teams',
    functions: /^rocketchat\//,
    description: 'The same teams in Rocket.Chat’s API: docs/rocketchat.md.',
  },
];

/** Returns the tag of an endpoint. @throws Error when no tag matches */
export function tagOf(name: string): string {
  const tag = TAGS.find(({ functions }) => functions.test(name));
  if (!tag) throw new Error(`Add a tag for ${name} to TAGS in docs/tags.ts.`);
  return tag.name;
}
