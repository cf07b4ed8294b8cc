import { functions } from '../functions/index.ts';
import type { Dialect } from '../lib/dialects/dialect.ts';
import type { Declaration, HttpDeclaration } from '../lib/http/declaration.ts';
import { SIGN_IN } from '../lib/people/sign-in.ts';
import type { KeyPrefix, TableAccess } from '../lib/table/access.ts';
import { DUE_INDEX, DUE_SHARDS } from '../lib/table/due.ts';
import type { keys } from '../lib/table/keys.ts';
import { COSTS } from './costs.ts';
import { ENTITIES, type Entity, keyPattern } from './entities.ts';
import { GENERATED, link, page, table } from './markdown.ts';
import { DIALECTS } from './tables.ts';

/** What is read and written to find out who calls, and whether they may. */
export const CALLERS: readonly {
  readonly caller: string;
  readonly when: string;
  /** In the order in which they are read; `then` begins another round trip. */
  readonly reads: string;
  readonly writes: string;
}[] = [
  {
    caller: 'person',
    when: 'each request that is about no organization; of one that is, the first that the function sees of a person',
    reads: 'Identity, Address',
    writes:
      'the first sign-in: User, Address, Identity. An address that a placeholder had, names for empty fields, another verified address: the same, and Member and AuditEntry in each organization. The first since the issuer changed: User, both Identity items, AuditEntry in each organization',
  },
  {
    caller: 'member',
    when: "each request that is about an organization; the items are read beside the endpoint's own",
    reads:
      'Membership, Organization; Identity of a person, AccessToken of a token; before that the Membership items of the person, where no header names the organization',
    writes: '',
  },
  {
    caller: 'site',
    when: 'each request that is about a site or what is below it',
    reads:
      'SiteNumber, where the path has the integer; then Site with every SiteAccess, Membership and TeamOfUser of the caller; then Organization, and Team of those with access that may be theirs: every Team of an organization where the caller may be above one of them',
    writes: '',
  },
];

/** `docs/table.md`: the items of the table, and who reads and writes them. */
export function tablePage(): string {
  return page(
    '# The table',
    GENERATED,
    'One DynamoDB table; `pk` and `sk` are strings. Each item has `type`, and `v`, the version of its form. Keys are built in [keys.ts](../lib/table/keys.ts) only. An id is a prefix and 16 bytes (12 of a team) that begin with the time, so ids sort by the time of creation. `ttl` is the moment after which DynamoDB deletes an item.',
    '## Items',
    table(['`pk`', '`sk`', 'Type', 'What it holds', 'Code'], byPartition().map(entityRow)),
    `One index, \`${DUE_INDEX}\`, sparse and keys only: partition \`DUE#<0..${DUE_SHARDS - 1}>\`, sort key \`<time>#<id>#<6 digits>\`. An item is in it while work is due for it: a mail to send, a period to end, a placeholder to end, something deleted to clear ([due.ts](../lib/table/due.ts)).`,
    '## Access patterns',
    'Reads are strongly consistent, but for those of the index. The writes of a row are one transaction, with the audit entry and, where somebody acts, a condition on the membership and the access token of the caller. Erasing a person, clearing, and moving to another address are several transactions, which can be repeated.',
    [
      '- **Caller** says who may call, and so what is read first: the rows of the next table. `link` is the holder of a link, `anybody` needs no credential. What a call takes beside that is in [endpoints.md](endpoints.md).',
      '- **Trips** is how many round trips to DynamoDB follow one another, with a warm function and an `X-Organization-Id` header.',
      '- **Units**, **Reads** and **Writes** are of one successful call, with all that is read of who calls, in a small organization: capacity units, and the types of items that were asked for and written. They are in [costs.json](costs.json), and a test holds them against the calls. `Mail` stands for each type of its key. Another case may touch what **Role** has beyond them; one that creates also reads and writes `Idempotency`, for a request with an `Idempotency-Key`.',
      `- **Role** is what the role of the function allows beyond signing in, as IAM has it: actions, and the first segments of partition keys. Where a \`person\`, \`member\` or \`site\` calls, it allows this too: ${accessText(SIGN_IN)}.`,
    ].join('\n'),
    table(
      ['Caller', 'When', 'Reads', 'Writes'],
      CALLERS.map(({ caller, when, reads, writes }) => [`\`${caller}\``, when, reads, writes]),
    ),
    ...Object.entries(DIALECTS).flatMap(([dialect, title]) => [
      `### ${title}`,
      table(
        ['Endpoint', 'Caller', 'Trips', 'Units', 'Reads', 'Writes', 'Role'],
        routedIn(dialect as Dialect).map(({ name, declaration }) => [
          link(name, declaration.route),
          callerOf(declaration),
          String(declaration.depth),
          ...costCells(name),
          roleText(declaration),
        ]),
      ),
    ]),
    '### Without a route',
    table(
      ['Function', 'Role'],
      functions
        .filter(({ declaration }) => !isRouted(declaration))
        .map(({ name, declaration }) => [link(name, name), roleText(declaration)]),
    ),
  );
}

/** Entities whose items lie in one partition stand together, in the order of the first of each. */
function byPartition(): [keyof typeof keys, Entity][] {
  const all = Object.entries(ENTITIES) as [keyof typeof keys, Entity][];
  return [...Map.groupBy(all, ([name]) => keyPattern(name).pk).values()].flat();
}

function entityRow([name, { types, holds, code }]: [keyof typeof keys, Entity]): string[] {
  const { pk, sk } = keyPattern(name);
  return [
    `\`${pk}\``,
    `\`${sk}\``,
    types.map((type) => `\`${type}\``).join(', '),
    holds,
    `[${code.split('/').at(-1)}](../lib/${code})`,
  ];
}

type Routed = HttpDeclaration & { readonly route: Exclude<HttpDeclaration['route'], '$default'> };

function isRouted(declaration: Declaration): declaration is Routed {
  return declaration.kind === 'http' && declaration.route !== '$default';
}

function routedIn(dialect: Dialect): { name: string; declaration: Routed }[] {
  return functions.flatMap(({ name, declaration }) =>
    isRouted(declaration) && declaration.dialect === dialect ? [{ name, declaration }] : [],
  );
}

/** Who calls, by what is read to find it out. */
function callerOf({ caller, organization, found, route }: HttpDeclaration): string {
  if (organization) return 'member';
  if (found) return /\{(site|charger)\}/.test(route) ? 'site' : 'member';
  if (caller.includes('link')) return caller.includes('person') ? 'link, person' : 'link';
  return caller.includes('anybody') ? 'anybody' : 'person';
}

/** Empty for an endpoint that only refuses, and for one that isn't recorded yet. */
function costCells(name: string): [units: string, reads: string, writes: string] {
  const cost = COSTS[name];
  if (!cost) return ['', '', ''];
  const units = cost.write > 0 ? `${cost.read} read, ${cost.write} write` : `${cost.read} read`;
  return [units, cost.reads.join(', '), cost.writes.join(', ')];
}

/** What a function may do to the table that signing in doesn't need anyway. */
export function beyondSigningIn(declaration: Declaration): TableAccess {
  const signsIn = declaration.kind === 'http' && declaration.caller.includes('person');
  const base: TableAccess = signsIn ? SIGN_IN : {};
  return Object.fromEntries(
    (Object.entries(declaration.table) as [keyof TableAccess, readonly KeyPrefix[]][])
      .map(([action, prefixes]) => [action, prefixes.filter((prefix) => !base[action]?.includes(prefix))] as const)
      .filter(([, prefixes]) => prefixes.length > 0),
  );
}

function roleText(declaration: Declaration): string {
  return [...(declaration.due ? [`\`Query\` the index`] : []), accessText(beyondSigningIn(declaration))]
    .filter(Boolean)
    .join(', ');
}

function accessText(access: TableAccess): string {
  return Object.entries(access)
    .map(([action, prefixes]) => `\`${action}\` ${[...prefixes].sort().join(' ')}`)
    .join(', ');
}
