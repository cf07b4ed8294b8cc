import type { Reply } from '../dialects/format.ts';
import type { AuditContext } from '../domain/audit.ts';
import type { PathKey } from '../domain/path-key.ts';
import { type AccessPath, accessPathsOf, accessPathsWith, type Reach, type SitePermission } from '../domain/reach.ts';
import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import { type Visibility, visibilityThrough } from '../domain/visibility.ts';
import { REACH, readReach } from '../sites/reach.ts';
import { union } from '../table/access.ts';
import { boundOrganization, identifyCaller, presentActorByKey } from './caller.ts';
import { IN_ORGANIZATION } from './declaration.ts';
import { declare, type Endpoint, type Incoming, type Schema, type Spec } from './endpoint.ts';
import { answerOnce, type Creating, creating, idempotentRequestOf } from './idempotency.ts';

/**
 * Declares an endpoint about a site or its chargers, for people with access through a team. The team may be in another
 * organization than the site.
 */
export function forSite<
  F extends { readonly siteId: string },
  B extends Schema = undefined,
  Q extends Schema = undefined,
  R = undefined,
>(
  spec: Spec<B, Q> & {
    readonly permission: SitePermission;
    /** Finds the id of the site, before all other reads. */
    locate(incoming: Incoming<B, Q>): Promise<F | undefined>;
    /** Returns the team that the request names besides the site: `reach.namedTeam`. Its table access: `LOCATE_TEAM`. */
    team?(incoming: Incoming<B, Q>): PathKey | undefined;
    /** The refusal of callers without access, as if the site didn't exist. */
    readonly missing: RefusalCode;
    read?(incoming: Incoming<B, Q> & { located: F }): Promise<R>;
    /**
     * Whether the caller sees what was read. If not, a missing permission is refused with `missing`, not `forbidden`.
     */
    sees?(read: R, visibility: Visibility): boolean;
    handle(
      incoming: Incoming<B, Q> &
        Creating & {
          readonly located: F;
          readonly reach: Reach;
          /** The access paths that give the permission. The first is `accessPath`. */
          readonly accessPaths: readonly AccessPath[];
          readonly accessPath: AccessPath;
          readonly auditContext: AuditContext;
          readonly read: R;
        },
    ): Promise<Reply>;
  },
): Endpoint {
  const { permission, missing } = spec;
  const declared = { ...spec, table: union(REACH, spec.table ?? {}), refuses: [missing, ...(spec.refuses ?? [])] };
  return declare(declared, { caller: IN_ORGANIZATION, found: true, about: 'site', permission }, async (call) => {
    const { request, caller, credential, confirm, incoming, mistake } = await identifyCaller(
      spec,
      call,
      IN_ORGANIZATION,
    );
    const located = incoming && (await spec.locate(incoming));
    const key = typeof credential === 'string' ? undefined : credential;
    const idempotentRequest = incoming && idempotentRequestOf(spec, incoming, caller, located?.siteId ?? '');
    const [bound, reach, read, earlier] = await Promise.all([
      key && presentActorByKey(request, key),
      located &&
        readReach(located.siteId, caller.userId, {
          boundTo: boundOrganization(credential),
          namedTeam: spec.team?.(incoming),
        }),
      located && (spec.read?.({ ...incoming, located } as never) as Promise<R> | undefined),
      idempotentRequest?.earlier(),
      confirm(),
    ]);
    if (mistake) throw mistake;
    const accessPaths = reach && (bound || !key) ? accessPathsOf(reach, bound) : [];
    if (!incoming || !located || !reach || accessPaths.length === 0) throw new Refusal(missing);
    const permitted = accessPathsWith(permission, accessPaths, reach);
    const [accessPath] = permitted;
    if (!accessPath) {
      throw new Refusal(
        spec.sees?.(read as R, visibilityThrough(accessPaths, request.now)) === false ? missing : 'forbidden',
      );
    }
    const { auditContext } = caller;
    return answerOnce(idempotentRequest, earlier, () =>
      spec.handle({
        ...incoming,
        located,
        reach,
        accessPaths: permitted,
        accessPath,
        auditContext,
        read: read as R,
        ...creating(idempotentRequest),
      }),
    );
  });
}
