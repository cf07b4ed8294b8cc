import { v1 } from '../../lib/dialects/v1/format.ts';
import { KeySet } from '../../lib/dialects/v1/schemas.ts';
import { PUBLISHED_CACHE, SIGNING_ALGORITHM } from '../../lib/domain/signing-key.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { getPublishedKeys, READ_PUBLISHED } from '../../lib/table/signing-keys.ts';

export const returns = { 200: KeySet };

/**
 * Lists the public keys that verify statements of memberships, as a JSON Web Key Set (RFC 7517).
 *
 * A key is listed a day before it signs, until its last statement has ended. So the answer may be cached for five
 * minutes. The list is empty until the first statement is signed.
 */
export const endpoint = forAnybody({
  format: v1,
  route: 'GET /.well-known/jwks.json',
  table: READ_PUBLISHED,
  depth: 1,
  async handle() {
    const keys = await getPublishedKeys();
    const fixed = { kty: 'EC', crv: 'P-256', alg: SIGNING_ALGORITHM, use: 'sig' };
    return {
      status: 200,
      headers: {
        // The first key isn't published before it signs, so nobody may keep an empty list.
        'cache-control': keys.length > 0 ? `public, max-age=${PUBLISHED_CACHE}` : 'no-store',
        'access-control-allow-origin': '*',
      },
      body: { keys: keys.map(({ kid, x, y }) => ({ ...fixed, kid, x, y })) },
    };
  },
});
export const { handler } = endpoint;
