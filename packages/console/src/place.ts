import { may, type Permission } from '../../../lib/domain/roles.ts';
import type { Role } from '../../client/src/index.ts';

/** The pages of an organization, in the order of the navigation, with the permission that each needs. */
export const PAGES = {
  members: 'member:read',
  invitations: 'invitation:read',
  teams: 'team:read',
  sites: 'site:read',
  'access-tokens': undefined,
  webhooks: 'webhook:manage',
  'audit-log': 'audit-log:read',
  organization: 'organization:read',
} as const satisfies Record<string, Permission | undefined>;
export type PageName = keyof typeof PAGES;

/** A page of the console: of an organization, or of the person's organizations. */
export type AnyPage = PageName | 'organizations';

/** The groups of the navigation. */
export const GROUPS = {
  people: ['members', 'invitations', 'teams'],
  access: ['sites', 'access-tokens', 'webhooks'],
  settings: ['audit-log', 'organization'],
} as const satisfies Record<string, readonly PageName[]>;

/** Whether a role sees a page. The API decides what is on it. */
export function sees(role: Role, page: PageName): boolean {
  const permission = PAGES[page];
  return permission === undefined || may(role, permission);
}

/** The item of the page of organizations on which the person creates one: `#/organizations/create`. */
export const CREATE = 'create';

/** Where the person is: what the fragment of the address says. */
export interface Place {
  /** The id of the organization; undefined: at no organization's page. */
  readonly organization: string | undefined;
  /** Undefined: there is no page of this name. */
  readonly page: AnyPage | undefined;
  /** The id of what the page is about; undefined: the whole page. */
  readonly item: string | undefined;
}

/** Reads a fragment: `#/org_.../invitations/inv_...`, `#/organizations`, or an empty one. */
export function placeOf(fragment: string): Place {
  const [first = '', page = '', item] = fragment
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decode);
  if (first === '' || first === 'organizations')
    return { organization: undefined, page: 'organizations', item: page === CREATE ? CREATE : undefined };
  // A name that every object has, such as `constructor`, is no page.
  const isPage = Object.hasOwn(PAGES, page);
  return { organization: first, page: isPage ? (page as PageName) : page === '' ? 'members' : undefined, item };
}

/** Returns the fragment of a page of an organization. */
export function fragmentOf(organization: string, page: PageName, item?: string): string {
  return `#/${[organization, page, ...(item === undefined ? [] : [item])].map(encodeURIComponent).join('/')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
