import { type AuditAction, type ErrorCode, isMusterError, type Muster, MusterError } from '../../client/src/index.ts';

// Sites are shared by Volt Time's API, which a deployment may leave out. Its answers are read here only.

/** A team with access to a site. */
export interface SiteTeam {
  readonly uuid: string;
  readonly name: string;
  readonly isOwner: boolean;
  /** Whether it sees sensitive data now. */
  readonly isShown: boolean;
  /** When that ends; undefined: never. */
  readonly until: string | undefined;
  /** Whether the person may end it. The API decides. */
  readonly mayManage: boolean;
}

/** A team's request for the sensitive data of a site that waits for a decision. */
export interface SiteRequest {
  readonly id: string;
  readonly siteId: string;
  readonly siteName: string;
  readonly teamUuid: string;
  readonly teamName: string;
  /** When the grant would end; undefined: never. */
  readonly expiresAt: string | undefined;
}

/** What the statuses of Volt Time's API mean, whose refusals have no codes. */
const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'site_not_found'],
  [422, 'validation_failed'],
  [429, 'request_rate_exceeded'],
  [500, 'internal_error'],
]);

/** Returns the code of a refusal. */
export function codeOf(status: number, answer: { error?: ErrorCode; message?: string } | undefined): ErrorCode {
  if (answer?.error) return answer.error;
  return (answer?.message !== undefined && CODES.get(status)) || 'unexpected_answer';
}

/**
 * Sends a request to the API as the signed-in person.
 *
 * @param refused the token that the API has just refused
 * @throws MusterError
 */
export type Send = (
  organization: string,
  method: string,
  path: string,
  body?: object,
  refused?: string,
) => Promise<unknown>;

/** What the console does by Volt Time's API. */
export class SiteApi {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Returns the teams with access to a site. */
  async teams(organization: string, siteId: string): Promise<SiteTeam[]> {
    const { data } = (await this.#send(organization, 'GET', pathOf(siteId))) as { data: readonly Row[] };
    const isManaged = data.some(({ access }) => access.is_owner);
    return data.map(({ uuid, name, access }) => ({
      ...{ uuid, name, isOwner: access.is_owner, isShown: access.data_access },
      until: access.data_access_expires_at ?? undefined,
      mayManage: isManaged,
    }));
  }

  /** Grants a team the sensitive data. */
  async grant(organization: string, siteId: string, teamUuid: string, expiresAt: string | undefined): Promise<void> {
    const body =
      expiresAt === undefined ? { expires_never: true } : { expires_never: false, data_access_expires_at: expiresAt };
    await this.#send(organization, 'POST', `${pathOf(siteId)}/${teamUuid}/grant-sensitive-data`, body);
  }

  /** Ends a team's grant, or declines its request. */
  async revoke(organization: string, siteId: string, teamUuid: string): Promise<void> {
    await this.#send(organization, 'DELETE', `${pathOf(siteId)}/${teamUuid}/revoke-sensitive-data`);
  }
}

interface Row {
  readonly uuid: string;
  readonly name: string;
  readonly access: {
    readonly is_owner: boolean;
    readonly data_access: boolean;
    readonly data_access_expires_at: string | null;
  };
}

/** @throws MusterError for a text that is no id, as of an address that was cut off */
function pathOf(siteId: string): string {
  if (!/^site_[0-9a-v]+$/.test(siteId)) throw new MusterError('site_not_found', 'This is no id.', { status: 404 });
  return `/api/v3/sites/${uuidOf(siteId)}/teams`;
}

/** Returns the UUID of a site or team in Volt Time's API (`lib/domain/ids.ts`, which needs Node). */
export function uuidOf(id: string): string {
  let value = 0n;
  for (const digit of id.slice(id.indexOf('_') + 1)) value = value * 32n + BigInt(Number.parseInt(digit, 32));
  const hex = value.toString(16).padStart(24, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${hex.slice(18)}7ea000`;
}

/** Returns what stands for what the person can't see any more. Another failure is one of the whole list. */
function whenGone<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (isMusterError(error, 'site_not_found', 'forbidden')) return value;
    throw error;
  };
}

/** How long a request can be decided, in milliseconds. */
const OPEN = 30 * 24 * 60 * 60_000;

/** What ends a request. */
const ENDS: readonly AuditAction[] = [
  'site-sensitive.grant',
  'site-sensitive.decline',
  'site-sensitive.revoke',
  'site-access.remove',
];

/**
 * Reads the open requests for sensitive data of sites of the organization. The audit log has them: the newest request of
 * a team for a site, without a later decision. At most 100 of each are read.
 *
 * @throws MusterError
 */
export async function readRequests(muster: Muster, api: SiteApi, organization: string): Promise<SiteRequest[]> {
  const from = new Date(Date.now() - OPEN).toISOString();
  const read = async (action: AuditAction) => (await muster.auditLogs.list({ action, from, perPage: 100 })).data;
  const requested = await read('site-sensitive.request');
  if (requested.length === 0) return [];
  const ended = (await Promise.all(ENDS.map(read))).flat();
  const teamOf = ({ metadata }: (typeof requested)[number]) =>
    String(metadata?.after?.teamId ?? metadata?.before?.teamId);
  const open = requested.filter((entry, index) => {
    const isSame = (other: typeof entry) => other.resourceId === entry.resourceId && teamOf(other) === teamOf(entry);
    const until = entry.metadata?.after?.expiresAt;
    const isOver = typeof until === 'string' && Date.parse(until) < Date.now();
    // Newest first: an earlier one in the list replaced it.
    return (
      !isOver &&
      !requested.slice(0, index).some(isSame) &&
      !ended.some((end) => isSame(end) && end.createdAt > entry.createdAt)
    );
  });
  const found = await Promise.all(
    open.map(async (entry) => {
      const [teams, sites] = await Promise.all([
        api.teams(organization, entry.resourceId).catch(whenGone([])),
        Promise.resolve(muster.access.explain({ site: entry.resourceId, perPage: 1 })).catch(whenGone(undefined)),
      ]);
      const teamUuid = uuidOf(teamOf(entry));
      const team = teams.find(({ uuid }) => uuid === teamUuid);
      const siteName = sites?.data[0]?.siteName;
      // The requesting organization has the entry too: only the owner decides.
      const isOwner = sites?.data[0]?.reasons.some(({ share }) => share === 'OWNER') ?? false;
      if (!team || siteName === undefined || !isOwner) return [];
      const expiresAt = entry.metadata?.after?.expiresAt as string | undefined;
      return [{ id: entry.id, siteId: entry.resourceId, siteName, teamUuid, teamName: team.name, expiresAt }];
    }),
  );
  return found.flat();
}
