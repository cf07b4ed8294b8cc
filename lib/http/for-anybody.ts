import type { Reply } from '../dialects/format.ts';
import { identify, type Person, requireJwt } from './caller.ts';
import { declare, type Endpoint, type Incoming, type Schema, type Spec } from './endpoint.ts';
import { credentialOf, verifyToken } from './token.ts';

/** Declares an endpoint that anybody may call, without a credential. */
export function forAnybody<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Spec<B, Q> & { handle(incoming: Incoming<B, Q>): Promise<Reply> },
): Endpoint {
  return declare(spec, { caller: ['anybody'] }, ({ input }) => spec.handle(input()));
}

/**
 * Declares an endpoint for the holder of a link. They may be signed in too.
 *
 * `find` reads what the link is about, in the same call as the sign-in. A refusal of the sign-in comes first.
 */
export function forLinkHolder<B extends Schema = undefined, Q extends Schema = undefined, L = undefined>(
  spec: Spec<B, Q> & {
    find?(incoming: Incoming<B, Q>): Promise<L>;
    handle(incoming: Incoming<B, Q> & { person: Person | undefined; found: L }): Promise<Reply>;
  },
): Endpoint {
  return declare(spec, { caller: ['link', 'person'] }, async ({ request, input }) => {
    const credential = credentialOf(request);
    const claims = credential === undefined ? undefined : await verifyToken(requireJwt(credential));
    const incoming = input();
    const signingIn = claims && identify(request, claims);
    const finding = spec.find?.(incoming);
    // Awaited below. If signing in is refused first, this refusal is not reported.
    finding?.catch(() => {});
    const person = await signingIn;
    return spec.handle({ ...incoming, person, found: (await finding) as L });
  });
}
