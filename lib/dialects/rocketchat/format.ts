import type { Details, RefusalCode } from '../../domain/refusal.ts';
import type { Format, Problem, Reply } from '../format.ts';
import { admit } from './admission.ts';

/** Rocket.Chat's REST API, as of version 8: success and failure are told by the body, and nearly every failure is a 400. */
export const rocketchat: Format = {
  dialect: 'rocketchat',
  headers: {
    // Exactly so: its clients' tests compare the whole header.
    'content-type': 'application/json',
    'cache-control': 'no-store',
    pragma: 'no-cache',
    'x-content-type-options': 'nosniff',
    'strict-transport-security': 'max-age=31536000',
  },
  serialize: (body) => JSON.stringify(body),
  problem,
  accepts: '*/*',
  permissionFirst: true,
  teams: { viewPermission: 'organization:read', forbidden: { team: ['unauthorized'] } },
  query: readQuery,
  admit,
};

/** What Rocket.Chat itself says, where it has the same refusal; it tells these by a 400. */
const TEXTS: Partial<Record<RefusalCode, string>> = {
  team_not_creatable: 'error-team-creation',
  member_not_found: 'invalid-user',
  team_not_found: 'team-does-not-exist',
  team_member_not_found: 'member-does-not-exist',
  team_name_taken: 'team-name-already-exists',
  last_team_owner: 'last-owner-can-not-be-removed',
};

/** The statuses that its clients know; whatever else the service refuses with is a 400 there. */
const STATUSES = [401, 403, 404, 405, 413, 429, 500, 503];

/** What is told by a 404, where one endpoint alone has it. */
export const NOT_FOUND = 'Resource not found';

const NOT_LOGGED_IN = 'You must be logged in to do this.';
const NOT_PERMITTED = 'User does not have the permissions required for this action [error-unauthorized]';

function problem({ code, status, message, details }: Problem): Reply {
  const known = STATUSES.includes(status) ? status : 400;
  switch (code) {
    case 'validation_failed':
      return { status: 400, body: invalid(details) };
    case 'unauthenticated':
      return { status, body: { status: 'error', message: NOT_LOGGED_IN, success: false, error: NOT_LOGGED_IN } };
    case 'forbidden':
      return { status, body: { success: false, error: said(details) ?? NOT_PERMITTED } };
    case 'route_not_found':
    case 'method_not_allowed':
      return { status, body: { status: 'error', message: 'API endpoint does not exist' } };
    case 'internal_error':
      return { status, body: { success: false, error: 'Internal server error' } };
    case 'team_name_reserved':
      return { status: 400, body: reserved(said(details) ?? '') };
    case 'unsupported_media_type': {
      const [place = ''] = Object.keys(details ?? {});
      return { status: 400, body: { success: false, error: `${place} ${said(details)} [${code}]`, errorType: code } };
    }
    case 'request_rate_exceeded':
      return { status, body: { success: false, error: said(details) ?? '' } };
    default: {
      // Errors that have a code end with it.
      const text = said(details) ?? TEXTS[code];
      const error = text ?? `${message} [${code}]`;
      const errorType = /\[([\w-]+)\]$/.exec(error)?.[1];
      return {
        status: text && text !== NOT_FOUND ? 400 : known,
        body: { success: false, error, ...(errorType && { errorType }) },
      };
    }
  }
}

/** The text that a refusal brings along, where one code has several. */
function said(details: Details | undefined): string | undefined {
  return details && Object.values(details)[0]?.[0];
}

/** All that the validator says of a body or a query. */
function invalid(details: Details = {}): object {
  const [where = 'body'] = Object.keys(details);
  if (where === 'sort') {
    const errorType = 'error-invalid-sort';
    return { success: false, error: said(details), errorType, details: { helperMethod: 'parseJsonQuery' } };
  }
  const errorType = where === 'query' ? 'error-invalid-params' : 'invalid-params';
  return { success: false, errorType, error: Object.values(details).flat().join('\n ') };
}

function reserved(name: string): object {
  const error = `${escaped(name)} is blocked and can't be used! [error-blocked-username]`;
  const details = { method: 'checkUsernameAvailability', field: name };
  return { success: false, error, errorType: 'error-blocked-username', details };
}

/** A text in HTML, as Rocket.Chat escapes it there. */
function escaped(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#x27;',
    '`': '&#x60;',
  };
  return text.replace(/[&<>"'`]/g, (character) => entities[character] as string);
}

/** A query: what is repeated, or named with `[]`, is a list. */
function readQuery(parameters: URLSearchParams): unknown {
  const names = new Set([...parameters.keys()].map((name) => name.replace(/\[\d*\]$/, '')));
  const read = [...names].map((name) => {
    const single = parameters.getAll(name);
    const listed = [...parameters].filter(([key]) => key !== name && key.replace(/\[\d*\]$/, '') === name);
    const all = [...single, ...listed.map(([, value]) => value)];
    return [name, listed.length > 0 || all.length > 1 ? all : all[0]] as const;
  });
  return Object.fromEntries(read);
}
