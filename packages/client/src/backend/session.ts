import type { Role } from '../generated/types.ts';

/** Who sends a request, by a verified statement of their membership. */
export interface Session {
  /** The id of the user: `usr_...`. */
  readonly user: string;
  /** The id of the organization: `org_...`. */
  readonly organization: string;
  /** The id of the member: `mem_...`. */
  readonly member: string;
  readonly role: Role;
  /** The teams that the member is in, at most 50. */
  readonly teams: readonly { readonly id: string; readonly role: 'OWNER' | 'MODERATOR' | 'MEMBER' }[];
  /** Whether the member is in more teams than `teams` has. */
  readonly moreTeams: boolean;
  /** What the role may do: Muster's permissions, and those of the application. */
  readonly permissions: readonly string[];
  readonly expiresAt: Date;
}

/** Why a request is refused. `status` is 401, 403 or 503. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly status: 401 | 403 | 503;
  readonly error: 'unauthenticated' | 'forbidden' | 'unavailable';

  constructor(error: AccessError['error'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.error = error;
    this.status = ({ unauthenticated: 401, forbidden: 403, unavailable: 503 } as const)[error];
  }
}
