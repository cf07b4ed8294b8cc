/** A key that signs statements of memberships: ECDSA with the curve P-256 (`ES256`). `x`, `y` and `d` are those of its JWK. */
export interface SigningKey extends PublicKey {
  /** The private half. */
  readonly d: string;
  /** From when it signs. It is published before. */
  readonly signsFrom: string;
}

/** The public half of a signing key. */
export interface PublicKey {
  readonly kid: string;
  readonly x: string;
  readonly y: string;
}

/** The algorithm of the signatures: ECDSA with P-256 and SHA-256. */
export const SIGNING_ALGORITHM = 'ES256';

/** How long a statement is valid at most, and at least, in seconds. */
export const LONGEST_STATEMENT = 300;
export const SHORTEST_STATEMENT = 30;

/** How long the published keys may be cached, in seconds. */
export const PUBLISHED_CACHE = 300;

const HOUR = 60 * 60_000;

/** How long a key signs, in milliseconds. */
export const SIGNING_PERIOD = 90 * 24 * HOUR;

/** How long a key is published before it signs, in milliseconds: longer than anybody caches the published keys. */
export const PUBLISHED_BEFORE = 24 * HOUR;

/** How long a key stays published after its successor signs, in milliseconds: longer than its last statement is valid. */
export const PUBLISHED_AFTER = HOUR;

/** All signing keys of a deployment, the oldest first: one that signed before, one that signs, one that will sign. */
export type SigningKeys = readonly [SigningKey, ...SigningKey[]];

/** Returns the key that signs now: the newest one whose time has come. */
export function signingKeyAt(keys: SigningKeys, now: Date): SigningKey {
  return keys.findLast(({ signsFrom }) => signsFrom <= now.toISOString()) ?? keys[0];
}

/**
 * Returns the keys after the changes that are due: a key whose last statement has ended is removed, and the next key is
 * added a day before it signs.
 *
 * @param newKey makes a key that signs from a moment
 */
export function rotatedKeys(keys: SigningKeys, now: Date, newKey: (signsFrom: Date) => SigningKey): SigningKeys {
  const left = keys.filter((_, index) => now < removalOf(keys, index)) as unknown as SigningKeys;
  return now < additionAfter(left) ? left : [...left, newKey(new Date(now.getTime() + PUBLISHED_BEFORE))];
}

/** Returns when the next change of the keys is due. */
export function nextRotation(keys: SigningKeys): Date {
  return new Date(Math.min(additionAfter(keys).getTime(), removalOf(keys, 0).getTime()));
}

/** Returns when the next key is to be added. */
function additionAfter(keys: SigningKeys): Date {
  const newest = keys.at(-1) as SigningKey;
  return new Date(Date.parse(newest.signsFrom) + SIGNING_PERIOD - PUBLISHED_BEFORE);
}

/** Returns when a key is to be removed: never before it has a successor. */
function removalOf(keys: SigningKeys, index: number): Date {
  const next = keys[index + 1];
  return next ? new Date(Date.parse(next.signsFrom) + PUBLISHED_AFTER) : new Date(8.64e15);
}
