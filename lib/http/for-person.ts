import type { Reply } from '../dialects/format.ts';
import { identify, type Person, requireCredential, requireJwt } from './caller.ts';
import { declare, type Endpoint, type Incoming, type Schema, type Spec } from './endpoint.ts';
import { answerOnce, type Creating, creating, idempotentRequestOf } from './idempotency.ts';
import { verifyToken } from './token.ts';

/** Declares an endpoint for signed-in persons only, independent of organizations. */
export function forPerson<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Spec<B, Q> & {
    /** A permission that `handle` enforces, since there is no organization yet. */
    readonly permission?: 'site-invite:accept';
    handle(incoming: Incoming<B, Q> & Creating & { person: Person }): Promise<Reply>;
  },
): Endpoint {
  return declare(spec, { caller: ['person'], permission: spec.permission }, async ({ request, input }) => {
    const claims = await verifyToken(requireJwt(requireCredential(request)));
    const incoming = input();
    const person = await identify(request, claims);
    const idempotentRequest = idempotentRequestOf(spec, incoming, person, '');
    return answerOnce(idempotentRequest, await idempotentRequest?.earlier(), () =>
      spec.handle({ ...incoming, person, ...creating(idempotentRequest) }),
    );
  });
}
