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

export const DIALECTS: Readonly<Record<Dialect, string>> = {
  v1: 'The native API: `/v1`',
  papershift: 'Papershift: `/api/v1/teams`',
  rocketchat: 'Rocket.Chat: `/api/v1/teams.*`',
  volttime: 'Volt Time: `/api/v2` and `/api/v3`',
  page: 'Pages that people open',
};

/** `docs/endpoints.md`: every function with what it does, for whom, and what its role lets it do. */
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
    'Requests, answers and refusals of each endpoint are in [openapi.json](openapi.json), the meaning of each refusal is in [errors.md](errors.md), the reads and writes of each function in [table.md](table.md#access-patterns).',
    ...(Object.keys(DIALECTS) as Dialect[]).flatMap((dialect) => {
      const some = byDialect.get(dialect);
      if (!some) return [];
      return [
        `## ${DIALECTS[dialect]}`,
        table(
          ['Route', 'What it does', 'Who may', 'Mails'],
          some.map(({ name, declaration }) => [
            link(name, declaration.route),
            commentOf(name).summary,
            whoMay(declaration),
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
        whenItRuns(declaration),
        commentOf(name).summary,
        mails(declaration),
      ]),
    ),
    '## Roles',
    'What an endpoint takes beside a role is in its row above. Leaving needs no permission, and neither does what is about oneself: every member may.',
    table(
      ['Permission', ...ROLES],
      (Object.keys(PERMISSIONS) as Permission[]).map((permission) => [
        `\`${permission}\``,
        ...ROLES.map((role) => (rolesWith(permission).includes(role) ? 'yes' : '')),
      ]),
    ),
  );
}

/** `docs/errors.md`: every code with its status, its meaning and what to do. */
export function errorsPage(): string {
  return page(
    '# Errors',
    GENERATED,
    'A refusal of the native API is `{"message", "error", "details"?, "requestId"?}`: `error` is one of these codes and stays the same, `message` may be reworded. `details` names the fields of a `validation_failed`, `requestId` comes with an `internal_error`. [openapi.json](openapi.json) has the codes of each endpoint. Other dialects have bodies and statuses of their own: [papershift.md](papershift.md#content-types-and-errors), [rocketchat.md](rocketchat.md#errors), [volt-time.md](volt-time.md#errors).',
    table(
      ['Code', 'Status', 'Meaning', 'Remedy'],
      (Object.entries(REFUSALS) as [RefusalCode, number][]).map(([code, status]) => [
        `\`${code}\``,
        String(status),
        MESSAGES[code],
        REMEDIES[code],
      ]),
    ),
  );
}

/** Who has a permission that takes more than a role. */
const SCOPED: Readonly<Record<ScopedPermission, string>> = {
  'organization:own': 'the owner',
  'ownership:accept': 'the member to whom the ownership is offered',
  'team:moderate': 'OWNERs and, where no OWNER is concerned, MODERATORs of the team who are no VIEWER, ADMIN',
  'team:manage': 'OWNERs of the team who are no VIEWER, ADMIN',
  'site:manage': 'who manages the team that owns the site: its OWNERs who are no VIEWER, ADMIN of its organization',
  'sensitive-data:request': 'who manages the team that asks: its OWNERs who are no VIEWER, ADMIN of its organization',
  'site-invite:accept': 'the invited person, for a team that they manage',
  nobody: 'nobody: rooms belong to another product',
};

function whoMay(declaration: HttpDeclaration): string {
  const { dialect, caller, permission, organization, oneself } = declaration;
  if (caller.includes('link') || dialect === 'page') return 'who has the link';
  if (caller.includes('anybody')) return 'anybody';
  if (!permission) return organization ? 'every member' : 'who is signed in';
  const some = isRolePermission(permission) ? rolesAt(permission, declaration.about) : SCOPED[permission];
  return oneself ? `${some}; all about themselves` : some;
}

/** Who has a permission that a role gives: in the organization, in a team, or by the team by which they reach a site. */
function rolesAt(permission: Permission, about: HttpDeclaration['about']): string {
  const some = roles(rolesWith(permission));
  if (about === 'site') return `${some} who reaches the site`;
  if (about === 'team' && permission === 'site:read') return 'members of the team or of one above it, ADMIN';
  return about === 'team' && permission === 'team:read' ? `${some} who sees the team` : some;
}

/** What starts a function that no route has. */
function whenItRuns(declaration: Declaration): string {
  switch (declaration.kind) {
    case 'http':
      return 'no route matches';
    case 'schedule':
      return `\`${declaration.schedule}\``;
    case 'mailEvents':
      return 'SES tells of a mail';
  }
}

function roles(some: readonly Role[]): string {
  return some.length === ROLES.length ? 'every member' : some.join(', ');
}

function mails({ email }: Declaration): string {
  return email ? 'yes' : '';
}
