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

/** Declares an endpoint for the holder of a link. They may be signed in too. */
export function forLinkHolder<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Spec<B, Q> & { handle(incoming: Incoming<B, Q> & { person: Person | undefined }): Promise<Reply> },
): Endpoint {
  return declare(spec, { caller: ['link', 'person'] }, async ({ request, input }) => {
    const credential = credentialOf(request);
    const claims = credential === undefined ? undefined : await verifyToken(requireJwt(credential));
    return spec.handle({ ...input(), person: claims && (await identify(request, claims)) });
  });
}
