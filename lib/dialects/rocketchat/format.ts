import type { Details, RefusalCode } from '../../domain/refusal.ts';
import type { Format, Problem, Reply } from '../format.ts';
import { admit } from './admission.ts';

/** Rocket.Chat's REST API, version 8. The body tells success or failure, and nearly every failure has status 400. */
export const rocketchat: Format = {
  dialect: 'rocketchat',
  headers: {
    // Without a charset: its clients' tests compare the whole header.
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

/** Rocket.Chat's own texts for the same refusals; their status is 400. */
const TEXTS: Partial<Record<RefusalCode, string>> = {
  team_not_creatable: 'error-team-creation',
  member_not_found: 'invalid-user',
  team_not_found: 'team-does-not-exist',
  team_member_not_found: 'member-does-not-exist',
  team_name_taken: 'team-name-already-exists',
  last_team_owner: 'last-owner-can-not-be-removed',
};

/** The statuses that its clients know; others become 400. */
const STATUSES = [401, 403, 404, 405, 413, 429, 500, 503];

/** The text of the 404 that only one endpoint has. */
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
      // A text with a code ends with it.
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

/** Returns the text in a refusal's details, for codes with several texts. */
function said(details: Details | undefined): string | undefined {
  return details && Object.values(details)[0]?.[0];
}

/** Returns the answer for an invalid body or query. */
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

/** Escapes a text for HTML as Rocket.Chat does. */
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

/** Reads a query. Repeated parameters, and those named with `[]`, become lists. */
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
