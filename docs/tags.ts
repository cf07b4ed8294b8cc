/** What endpoints are about, in the order in which somebody who is new reads of them. */
export const TAGS: readonly { readonly name: string; readonly description: string; readonly functions: RegExp }[] = [
  {
    name: 'Organizations',
    functions: /^organizations\//,
    description: 'Make, rename, hand over and delete organizations.',
  },
  {
    name: 'Invitations',
    functions: /^invitations\//,
    description: 'Invite people by e-mail, one or many; accept and decline.',
  },
  { name: 'Members', functions: /^members\//, description: 'Who is in an organization, and as what.' },
  { name: 'Teams', functions: /^teams\//, description: 'Teams below each other, and who is in them.' },
  { name: 'Oneself', functions: /^me\//, description: 'The caller: profile, memberships, what waits for an answer.' },
  { name: 'Access tokens', functions: /^access-tokens\//, description: 'Credentials for programs.' },
  { name: 'Access to sites', functions: /^access\//, description: 'Who may do what with a site, and why.' },
  { name: 'Audit log', functions: /^audit-logs\//, description: 'Who did what in an organization, and when.' },
  { name: 'Health', functions: /^health\//, description: 'Whether the service answers.' },
  { name: 'Pages', functions: /^pages\//, description: 'What the links in mails open, and their buttons.' },
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
    description: 'Which teams have access to a site, and to what of it: docs/volt-time.md.',
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

/** The name of what an endpoint is about. @throws Error when nothing says it */
export function tagOf(name: string): string {
  const tag = TAGS.find(({ functions }) => functions.test(name));
  if (!tag) throw new Error(`Say in TAGS of docs/tags.ts what ${name} is about.`);
  return tag.name;
}
