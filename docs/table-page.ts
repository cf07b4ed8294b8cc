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
import { DIALECT_TITLES } from './reference-pages.ts';

/** The reads and writes of authentication and authorization, by kind of caller. */
export const CALLERS: readonly {
  readonly caller: string;
  readonly when: string;
  /** In the order of the reads; `then` begins another round trip. */
  readonly reads: string;
  readonly writes: string;
}[] = [
  {
    caller: 'person',
    when: 'each request that is not about an organization; in other requests, the first of a person that the function instance handles',
    reads: 'Identity, Address',
    writes:
      'the first sign-in: User, Address, Identity. A sign-in that takes over a placeholder, fills empty names or changes the address: the same, and Member and AuditEntry in each organization. The first sign-in after a change of the issuer: User, both Identity items, AuditEntry in each organization',
  },
  {
    caller: 'member',
    when: "each request that is about an organization; these items are read in parallel with the endpoint's own",
    reads:
      'Membership, Organization; Identity for a person, AccessToken for a token, Integration for an integration; before these, the Membership items of the person, if no header names the organization',
    writes: '',
  },
  {
    caller: 'site',
    when: 'each request about a site or an item under it',
    reads:
      'SiteNumber, if the path has the integer; then Site with every SiteAccess, and Membership and TeamOfUser of the caller; then Organization and Team of each access that the caller may have; then, level by level, each Team above these if the caller may be in one of them',
    writes: '',
  },
];

/** Returns `docs/table.md`: the items of the table, and their readers and writers. */
export function tablePage(): string {
  return page(
    '# The table',
    GENERATED,
    'There is one DynamoDB table; `pk` and `sk` are strings. Each item has a `type`. Keys are built only in [keys.ts](../lib/table/keys.ts). An id is a prefix and 16 bytes (12 for a team) that begin with the time, so ids sort by time of creation. An item with `ttl` is deleted by DynamoDB after that time. The page is for contributors and operators; `<...>` is a parameter of a key.',
    '## Items',
    table(['`pk`', '`sk`', 'Type', 'Content', 'Code'], byPartition().map(entityRow)),
    `There is one index, \`${DUE_INDEX}\`, sparse and keys only: partition \`DUE#<0..${DUE_SHARDS - 1}>\`, sort key \`<time>#<id>#<6 digits>\`. An item is in the index while it has work at that time: a mail to send, an expiry to record, a placeholder to end, or a cascade of a deletion ([due.ts](../lib/table/due.ts)).`,
    '## Access patterns',
    'Reads are strongly consistent, except those of the index. The writes of a row are one transaction. It includes the audit entry and, for a signed-in caller or an access token, a condition on the membership and the token. An integration’s membership must be unchanged. Erasing a person, the cascades of deletions, and a change of address are several transactions, which are idempotent.',
    [
      '- **Caller** is the kind of caller. The next table lists the first reads for each kind. `link` is the holder of a link, `anybody` needs no credential. [endpoints.md](endpoints.md) lists the required permissions.',
      '- **Trips** is the number of consecutive round trips to DynamoDB, with a warm function and an `X-Organization-Id` header.',
      '- **Units**, **Reads** and **Writes** are measured for one successful call in a small organization, including the reads for the caller: capacity units, and the types of the requested and the written items. They come from [costs.json](costs.json); a test compares them with the calls. `Mail` means any type of its key. Other cases may access more items, as **Role** allows. A request with an `Idempotency-Key` also reads and writes `Idempotency`.',
      `- **Role** is the access that the IAM role of the function grants in addition to signing in: actions, and the first segments of partition keys. For the callers \`person\`, \`member\` and \`site\`, the role also grants: ${accessText(SIGN_IN)}.`,
    ].join('\n'),
    table(
      ['Caller', 'When', 'Reads', 'Writes'],
      CALLERS.map(({ caller, when, reads, writes }) => [`\`${caller}\``, when, reads, writes]),
    ),
    ...Object.entries(DIALECT_TITLES).flatMap(([dialect, title]) => [
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

/** Returns the entities grouped by partition, in the order of the first entity of each. */
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

/** Returns the kind of caller, which decides the first reads. */
function callerOf({ caller, organization, found, route }: HttpDeclaration): string {
  if (organization) return 'member';
  if (found) return /\{(site|charger)\}/.test(route) ? 'site' : 'member';
  if (caller.includes('link')) return caller.includes('person') ? 'link, person' : 'link';
  return caller.includes('anybody') ? 'anybody' : 'person';
}

/** Returns empty cells for an endpoint that only refuses, or that isn't recorded yet. */
function costCells(name: string): [units: string, reads: string, writes: string] {
  const cost = COSTS[name];
  if (!cost) return ['', '', ''];
  const units = cost.write > 0 ? `${cost.read} read, ${cost.write} write` : `${cost.read} read`;
  return [units, cost.reads.join(', '), cost.writes.join(', ')];
}

/** Returns the table access of a function, without the access that signing in needs. */
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
  return [
    ...(declaration.due ? [`\`Query\` the index`] : []),
    ...(declaration.kind === 'operator' && declaration.scans ? ['`Scan`'] : []),
    accessText(beyondSigningIn(declaration)),
  ]
    .filter(Boolean)
    .join(', ');
}

function accessText(access: TableAccess): string {
  return Object.entries(access)
    .map(([action, prefixes]) => `\`${action}\` ${[...prefixes].sort().join(' ')}`)
    .join(', ');
}
