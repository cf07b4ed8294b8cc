import type { Reply } from '../dialects/format.ts';
import type { Occasion } from '../domain/audit.ts';
import { type Insight, insightBy } from '../domain/insight.ts';
import type { PathKey } from '../domain/path-key.ts';
import { type Reach, type SitePermission, type Way, waysOf, waysWith } from '../domain/reach.ts';
import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import { REACH, readReach } from '../sites/reach.ts';
import { union } from '../table/access.ts';
import { actorOfToken, identifyCaller } from './caller.ts';
import { declare, type Endpoint, type Incoming, type Schema, type Spec } from './endpoint.ts';
import { answeredOnce, type Creating, creating, onceOf } from './once.ts';

/**
 * Declares an endpoint about a site or what stands on it, for whoever reaches it by a team: that team may be of another
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
    /** Finds out which site it is, before all else. */
    locate(incoming: Incoming<B, Q>): Promise<F | undefined>;
    /** A team that it names beside the site: `reach.namedTeam`. Its table access: `LOCATE_TEAM`. */
    team?(incoming: Incoming<B, Q>): PathKey | undefined;
    /** What is told to whoever doesn't reach the site, as if there were none. */
    readonly missing: RefusalCode;
    read?(incoming: Incoming<B, Q> & { located: F }): Promise<R>;
    /** Whether what was read is there for somebody: whose role doesn't allow it is told so only of what they see. */
    sees?(read: R, insight: Insight): boolean;
    handle(
      incoming: Incoming<B, Q> &
        Creating & {
          readonly located: F;
          readonly reach: Reach;
          /** Those by which they may do it; the first is `way`. */
          readonly ways: readonly Way[];
          readonly way: Way;
          readonly occasion: Occasion;
          readonly read: R;
        },
    ): Promise<Reply>;
  },
): Endpoint {
  const { permission, missing } = spec;
  const declared = { ...spec, table: union(REACH, spec.table ?? {}), refuses: [missing, ...(spec.refuses ?? [])] };
  return declare(declared, { caller: ['person', 'token'], found: true, about: 'site', permission }, async (call) => {
    const { request, caller, credential, confirm, incoming, mistake } = await identifyCaller(spec, call);
    const located = incoming && (await spec.locate(incoming));
    const token = typeof credential === 'string' ? undefined : credential;
    const once = incoming && onceOf(spec, incoming, caller, located?.siteId ?? '');
    const [bound, reach, read, earlier] = await Promise.all([
      token && actorOfToken(request, token),
      located &&
        readReach(located.siteId, caller.userId, { boundTo: token?.organizationId, namedTeam: spec.team?.(incoming) }),
      located && (spec.read?.({ ...incoming, located } as never) as Promise<R> | undefined),
      once?.earlier(),
      confirm(),
    ]);
    if (mistake) throw mistake;
    const ways = reach && (bound || !token) ? waysOf(reach, bound) : [];
    if (!incoming || !located || !reach || ways.length === 0) throw new Refusal(missing);
    const permitted = waysWith(permission, ways, reach);
    const [way] = permitted;
    if (!way) {
      throw new Refusal(spec.sees?.(read as R, insightBy(ways, request.now)) === false ? missing : 'forbidden');
    }
    const { occasion } = caller;
    return answeredOnce(once, earlier, () =>
      spec.handle({ ...incoming, located, reach, ways: permitted, way, occasion, read: read as R, ...creating(once) }),
    );
  });
}
