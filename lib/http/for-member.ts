import type { Reply } from '../dialects/format.ts';
import type { Actor } from '../domain/member.ts';
import { type Caller, identifyCaller } from './caller.ts';
import { type CallerKind, OF_MEMBERS } from './declaration.ts';
import { callersWith, declare, type Endpoint, type Incoming, type Schema, type Spec } from './endpoint.ts';
import type { Creating } from './idempotency.ts';
import { type Acting, actIn, isOfOwner, type OrganizationPermission, organizationOf } from './organization.ts';

/**
 * Declares an endpoint of an organization, for its members, their access tokens, and its integrations.
 *
 * `read` runs in parallel with the read of the membership, in one round trip. Its result is discarded if the caller
 * isn't a member.
 */
export function forMember<B extends Schema = undefined, Q extends Schema = undefined, R = undefined>(
  spec: Spec<B, Q> & {
    /** Undefined: every member may call. */
    readonly permission?: OrganizationPermission;
    /** Who may call. Default: all of them, except integrations where only the owner or a future owner may. */
    readonly callers?: readonly CallerKind[];
    /** Whether callers act on themselves. Then they need no permission. */
    oneself?(incoming: Incoming<B, Q> & { actor: Actor; read: R }): boolean;
    read?(incoming: Incoming<B, Q> & { organizationId: string; caller: Caller }): Promise<R>;
    handle(incoming: Incoming<B, Q> & Acting & Creating & { read: R }): Promise<Reply>;
  },
): Endpoint {
  const { permission, callers = permission && isOfOwner(permission) ? OF_MEMBERS : callersWith(spec) } = spec;
  return declare(
    spec,
    {
      caller: callers,
      organization: true,
      permission: spec.permission,
      oneself: spec.oneself !== undefined,
    },
    async (call) => {
      const who = await identifyCaller(spec, call, callers);
      const { caller, incoming } = who;
      const { organizationId, absent } = await organizationOf(who, call);
      return actIn(spec, who, organizationId, absent, {
        permission: spec.permission,
        declared: spec.permission,
        read: async () => incoming && (spec.read?.({ ...incoming, organizationId, caller }) as Promise<R>),
        isOneself: (actor, read) => spec.oneself?.({ ...(incoming as Incoming<B, Q>), actor, read }) ?? false,
        handle: (acting) => spec.handle({ ...(incoming as Incoming<B, Q>), ...acting }),
      });
    },
  );
}
