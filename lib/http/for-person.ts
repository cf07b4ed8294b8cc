import type { Reply } from '../dialects/format.ts';
import type { AuditContext } from '../domain/audit.ts';
import type { Actor } from '../domain/member.ts';
import type { OperatorPermission } from '../domain/operator-key.ts';
import { actorByKey, callerByKey, identify, type Person, requireCredential, requireJwt } from './caller.ts';
import type { CallerKind } from './declaration.ts';
import { declare, type Endpoint, type Incoming, type Schema, type Spec } from './endpoint.ts';
import { answerOnce, type Creating, creating, idempotentRequestOf } from './idempotency.ts';
import { refuseUnlessNamed } from './organization.ts';
import { verifyToken } from './token.ts';

/** Declares an endpoint for signed-in persons, independent of organizations. */
export function forPerson<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Spec<B, Q> & {
    /** A permission that `handle` enforces, since there is no organization yet. */
    readonly permission?: 'site-invite:accept' | Extract<OperatorPermission, 'organization:create'>;
    handle(incoming: Incoming<B, Q> & Creating & { person: Person }): Promise<Reply>;
    /** Answers an operator's key with the permission. Without it, keys are refused. */
    handleOperator?(
      incoming: Incoming<B, Q> & Creating & { readonly actor: Actor; readonly auditContext: AuditContext },
    ): Promise<Reply>;
  },
): Endpoint {
  const { permission, handleOperator } = spec;
  const caller: readonly CallerKind[] = handleOperator ? ['person', 'operatorKey'] : ['person'];
  return declare(spec, { caller, permission }, async ({ request, input }) => {
    const credential = requireCredential(request);
    if (handleOperator && typeof credential !== 'string' && credential.kind === 'operatorKey') {
      const actor = await actorByKey(request, credential, '');
      refuseUnlessNamed(actor, permission);
      const incoming = input();
      const by = callerByKey(request, credential);
      const idempotentRequest = idempotentRequestOf(spec, incoming, by, '');
      return answerOnce(idempotentRequest, await idempotentRequest?.earlier(), () =>
        handleOperator({ ...incoming, actor, auditContext: by.auditContext, ...creating(idempotentRequest) }),
      );
    }
    const claims = await verifyToken(requireJwt(credential));
    const incoming = input();
    const person = await identify(request, claims);
    const idempotentRequest = idempotentRequestOf(spec, incoming, person, '');
    return answerOnce(idempotentRequest, await idempotentRequest?.earlier(), () =>
      spec.handle({ ...incoming, person, ...creating(idempotentRequest) }),
    );
  });
}
