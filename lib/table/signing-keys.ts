import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { nextRotation, type PublicKey, rotatedKeys, type SigningKey, type SigningKeys } from '../domain/signing-key.ts';
import type { TableAccess } from './access.ts';
import { type DueItem, dueAttributes } from './due.ts';
import { itemReader } from './items.ts';
import { keys } from './keys.ts';
import { get } from './read.ts';
import { type Condition, transact } from './write.ts';

/** Table access of `getSigningKeys` and `createSigningKeys`. */
export const SIGN: TableAccess = { BatchGetItem: ['SIGNING'], PutItem: ['JWKS', 'SIGNING'] };

/** Table access of `getPublishedKeys`. It doesn't include the private keys. */
export const READ_PUBLISHED: TableAccess = { BatchGetItem: ['JWKS'] };

/** The id of the signing keys in the index of due items. */
export const SIGNING_ID = 'signing';

const SIGNING_KEYS = itemReader<{ readonly keys: SigningKeys }>('SigningKeys', { keys: 'object' });
const PUBLISHED_KEYS = itemReader<{ readonly keys: readonly PublicKey[] }>('PublishedKeys', { keys: 'object' });

/**
 * Reads the signing keys; undefined: none was needed yet.
 *
 * They are read at each request, in the call that reads the membership. So a replaced key never signs again.
 */
export async function getSigningKeys(): Promise<SigningKeys | undefined> {
  return SIGNING_KEYS.one(await get(keys.signingKeys))?.keys;
}

/** Reads the public halves of all signing keys; none if no key was needed yet. */
export async function getPublishedKeys(): Promise<readonly PublicKey[]> {
  return PUBLISHED_KEYS.one(await get(keys.publishedKeys))?.keys ?? [];
}

/** Creates the first signing key. @throws Stale if a concurrent request has created it */
export async function createSigningKeys(now: Date): Promise<SigningKeys> {
  const created: SigningKeys = [newKey(now)];
  await store(created, { absent: 'pk' });
  return created;
}

/** Returns the work for due signing keys: the next step of their rotation, in one transaction. */
export async function dueSigningKeys(item: DueItem, now: Date): Promise<() => Promise<'settled'>> {
  const { keys: before } = SIGNING_KEYS.one(item);
  return async () => {
    // Nothing else happens before or after, so it needs no lease.
    await store(rotatedKeys(before, now, newKey), { attribute: 'dueAt', is: item.dueAt });
    return 'settled';
  };
}

/**
 * Replaces all signing keys at once, because a key has leaked. What they signed is no longer valid, as soon as its
 * verifiers read the published keys again.
 *
 * @returns the ids of the replaced keys and of the new one
 * @throws Stale if the keys have changed meanwhile
 */
export async function replaceSigningKeys(now: Date): Promise<{ readonly replaced: string[]; readonly by: string }> {
  const item = await get(keys.signingKeys);
  const before = SIGNING_KEYS.one(item)?.keys ?? [];
  const created: SigningKeys = [newKey(now)];
  await store(created, item ? { attribute: 'dueAt', is: item.dueAt } : { absent: 'pk' });
  return { replaced: before.map(({ kid }) => kid), by: created[0].kid };
}

/** Stores the keys, and their public halves apart, in one transaction. */
async function store(all: SigningKeys, when: Condition): Promise<void> {
  const due = dueAttributes(SIGNING_ID, nextRotation(all).toISOString());
  const item = { type: 'SigningKeys', keys: all, ...due };
  await transact([
    { type: 'put', key: keys.signingKeys, item, when: [when] },
    { type: 'put', key: keys.publishedKeys, item: { type: 'PublishedKeys', keys: all.map(publicHalf) } },
  ]);
}

/** Returns the public half of a signing key. */
export function publicHalf({ kid, x, y }: PublicKey): PublicKey {
  return { kid, x, y };
}

function newKey(signsFrom: Date): SigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
  return { kid: randomBytes(12).toString('base64url'), x, y, d, signsFrom: signsFrom.toISOString() };
}
