import { functions } from '../functions/index.ts';
import type { Dialect } from '../lib/dialects/dialect.ts';
import { REFUSALS, type RefusalCode } from '../lib/domain/refusal.ts';
import {
  isRolePermission,
  PERMISSIONS,
  type Permission,
  ROLES,
  type Role,
  rolesWith,
  type ScopedPermission,
} from '../lib/domain/roles.ts';
import type { Declaration, HttpDeclaration } from '../lib/http/declaration.ts';
import { MESSAGES } from '../lib/http/messages.ts';
import { commentOf } from './comments.ts';
import { GENERATED, link, page, table } from './markdown.ts';
import { REMEDIES } from './remedies.ts';

export const DIALECT_TITLES: Readonly<Record<Dialect, string>> = {
  v1: 'The native API: `/v1`',
  papershift: 'Papershift: `/api/v1/teams`',
  rocketchat: 'Rocket.Chat: `/api/v1/teams.*`',
  volttime: 'Volt Time: `/api/v2` and `/api/v3`',
  page: 'Pages that people open',
};

/** Returns `docs/endpoints.md`: every function with its summary, its callers and its mails. */
export function endpointsPage(): string {
  const routed: { name: string; declaration: HttpDeclaration }[] = [];
  const others: { name: string; declaration: Declaration }[] = [];
  for (const { name, declaration } of functions) {
    if (declaration.kind === 'http' && declaration.route !== '$default') routed.push({ name, declaration });
    else others.push({ name, declaration });
  }
  const byDialect = Map.groupBy(routed, ({ declaration }) => declaration.dialect);
  return page(
    '# Endpoints',
    GENERATED,
    'This page lists every endpoint with the required permission. The requests, answers and refusals of each endpoint are in [openapi.json](openapi.json), and for other products’ APIs in [openapi-papershift.json](openapi-papershift.json), [openapi-rocketchat.json](openapi-rocketchat.json) and [openapi-volttime.json](openapi-volttime.json). [errors.md](errors.md) has the meaning of each refusal, [table.md](table.md#access-patterns) the reads and writes of each function.',
    ...(Object.keys(DIALECT_TITLES) as Dialect[]).flatMap((dialect) => {
      const endpoints = byDialect.get(dialect);
      if (!endpoints) return [];
      return [
        `## ${DIALECT_TITLES[dialect]}`,
        table(
          ['Route', 'What it does', 'Allowed for', 'Mails'],
          endpoints.map(({ name, declaration }) => [
            link(name, declaration.route),
            commentOf(name).summary,
            allowedFor(declaration),
            mails(declaration),
          ]),
        ),
      ];
    }),
    '## Without a route',
    table(
      ['Function', 'When', 'What it does', 'Mails'],
      others.map(({ name, declaration }) => [
        link(name, name),
        triggerOf(declaration),
        commentOf(name).summary,
        mails(declaration),
      ]),
    ),
    '## Roles',
    'This table shows the permissions of each role. The rows above name further requirements. Every member may leave the organization, and may use the endpoints about themselves.',
    table(
      ['Permission', ...ROLES],
      (Object.keys(PERMISSIONS) as Permission[]).map((permission) => [
        `\`${permission}\``,
        ...ROLES.map((role) => (rolesWith(permission).includes(role) ? 'yes' : '')),
      ]),
    ),
  );
}

/** Returns `docs/errors.md`: every code with its status, meaning and remedy. */
export function errorsPage(): string {
  return page(
    '# Errors',
    GENERATED,
    'A refusal of the native API is `{"message", "error", "details"?, "requestId"?}`: `error` is one of these stable codes, `message` may be reworded. A `validation_failed` has `details` about the fields, an `internal_error` has a `requestId`. [openapi.json](openapi.json) has the codes of each endpoint. The APIs of other products have their own bodies and statuses: [papershift.md](papershift.md#content-types-and-errors), [rocketchat.md](rocketchat.md#errors), [volt-time.md](volt-time.md#errors).',
    table(
      ['Code', 'Status', 'Meaning', 'Remedy'],
      (Object.entries(REFUSALS) as [RefusalCode, number][]).map(([code, status]) => [
        `\`${code}\``,
        String(status),
        MESSAGES[code],
        // As links, to read; in the code they are paths of the repository.
        REMEDIES[code].replace(/`?docs\/([\w-]+\.(?:md|json))`?/g, '[$1]($1)'),
      ]),
    ),
  );
}

/** The holders of each scoped permission. */
const SCOPED: Readonly<Record<ScopedPermission, string>> = {
  'organization:own': 'the owner',
  'organization:create': 'every signed-in person, or those that the deployment lists',
  'member:import': 'nobody',
  'ownership:accept': 'the member to whom the ownership is offered',
  'team:moderate': 'OWNERs of the team, and MODERATORs if no OWNER is affected (except VIEWERs); ADMIN',
  'team:manage': 'OWNERs of the team (except VIEWERs), ADMIN',
  'site:manage': 'OWNERs of the team that owns the site (except VIEWERs), ADMIN of its organization',
  'sensitive-data:request': 'OWNERs of the requesting team (except VIEWERs), ADMIN of its organization',
  'site-invite:accept': 'the invited person, for a team that they manage',
  nobody: 'nobody: rooms are not supported',
};

function allowedFor(declaration: HttpDeclaration): string {
  const { dialect, caller, permission, organization, oneself } = declaration;
  if (caller.includes('link') || dialect === 'page') return 'the holder of the link';
  if (caller.includes('anybody')) return 'anybody';
  if (!permission) return organization ? 'every member' : 'every signed-in person';
  const holders = isRolePermission(permission) ? holdersOf(permission, declaration.about) : SCOPED[permission];
  const all = caller.includes('operatorKey') ? `${holders}; operator keys with \`${permission}\`` : holders;
  return oneself ? `${all}; every member about themselves` : all;
}

/** Returns the holders of a role's permission: in the organization, in a team, or for a site. */
function holdersOf(permission: Permission, about: HttpDeclaration['about']): string {
  const holders = roleNames(rolesWith(permission));
  if (about === 'site') return `${holders} with access to the site`;
  if (about === 'team' && permission === 'site:read') return 'members of the team or of one above it, ADMIN';
  return about === 'team' && permission === 'team:read' ? `${holders} who sees the team` : holders;
}

/** Returns the trigger of a function without a route. */
function triggerOf(declaration: Declaration): string {
  switch (declaration.kind) {
    case 'http':
      return 'a request without a matching route';
    case 'schedule':
      return `\`${declaration.schedule}\``;
    case 'stream':
      return `new items in the stream of the table: ${declaration.items.join(', ')}`;
    case 'operator':
      return 'an operator, by hand';
    case 'mailEvents':
      return 'an SES event about a mail';
    case 'preToken':
      return 'Cognito issues a token';
  }
}

function roleNames(roles: readonly Role[]): string {
  return roles.length === ROLES.length ? 'every member' : roles.join(', ');
}

function mails({ email }: Declaration): string {
  return email ? 'yes' : '';
}
