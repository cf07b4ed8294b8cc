import { randomBytes } from 'node:crypto';

/** The prefix and the length in bytes of each kind of id. */
const KINDS = {
  organization: { prefix: 'org', bytes: 16 },
  user: { prefix: 'usr', bytes: 16 },
  member: { prefix: 'mem', bytes: 16 },
  invitation: { prefix: 'inv', bytes: 16 },
  auditEntry: { prefix: 'aud', bytes: 16 },
  accessToken: { prefix: 'key', bytes: 16 },
  integration: { prefix: 'int', bytes: 16 },
  operatorKey: { prefix: 'opk', bytes: 16 },
  mail: { prefix: 'mail', bytes: 16 },
  webhook: { prefix: 'whk', bytes: 16 },
  webhookDelivery: { prefix: 'whd', bytes: 16 },
  /** The length of Rocket.Chat's ids. */
  team: { prefix: 'team', bytes: 12 },
  site: { prefix: 'site', bytes: 12 },
  charger: { prefix: 'chg', bytes: 12 },
  siteInvite: { prefix: 'sinv', bytes: 16 },
  siteRequest: { prefix: 'sreq', bytes: 16 },
} as const;
export type IdKind = keyof typeof KINDS;

/** Leading bytes of an id that are its creation time in milliseconds. The other bytes are random. */
const TIME = 6;

/** Returns the number of base32hex digits for so many bytes. Its alphabet (`0-9a-v`) sorts like the bytes. */
function digitsOf(bytes: number): number {
  return Math.ceil((bytes * 8) / 5);
}

/**
 * Returns a new id: 6 bytes of time, then random bytes. Ids sort by creation time.
 *
 * @param random replaces the random bytes
 * @returns for example `inv_01jd5hk3m2p8q4r6s0t1u3v5a7`
 */
export function newId(kind: IdKind, now: Date, random: Buffer = randomBytes(KINDS[kind].bytes - TIME)): string {
  const time = Buffer.alloc(TIME);
  time.writeUIntBE(now.getTime(), 0, TIME);
  return idFromBytes(kind, Buffer.concat([time, random], KINDS[kind].bytes));
}

/** Returns the id of these bytes: the inverse of `idBytes`. */
export function idFromBytes(kind: IdKind, bytes: Buffer): string {
  const { prefix, bytes: count } = KINDS[kind];
  return `${prefix}_${BigInt(`0x${bytes.toString('hex')}`)
    .toString(32)
    .padStart(digitsOf(count), '0')}`;
}

/** Returns the bytes of an id, for a link or a cursor. */
export function idBytes(id: string): Buffer {
  const digits = id.slice(id.indexOf('_') + 1);
  let value = 0n;
  for (const digit of digits) value = value * 32n + BigInt(Number.parseInt(digit, 32));
  const length = Math.floor((digits.length * 5) / 8);
  return Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex');
}

/**
 * Returns an id of 16 bytes as a UUID of version 7 (RFC 9562), for dialects with UUIDs. Version and variant replace six
 * bits of the id. The UUID sorts by time too, and the id can't be computed from it.
 */
export function idAsUuid(id: string): string {
  return uuidOf(idBytes(id), 7);
}

/** Returns 16 bytes as a UUID. Version and variant replace six of their bits. */
export function uuidOf(bytes: Buffer, version: 7 | 8): string {
  const stamped = Buffer.from(bytes.subarray(0, 16));
  stamped[6] = (version << 4) | ((stamped[6] as number) & 0x0f);
  stamped[8] = 0x80 | ((stamped[8] as number) & 0x3f);
  const hex = stamped.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Whether `text` is a well-formed id of this kind. Callers read nothing for a malformed id. */
export function isId(kind: IdKind, text: string): boolean {
  const { prefix, bytes } = KINDS[kind];
  const digits = text.startsWith(`${prefix}_`) ? text.slice(prefix.length + 1) : '';
  // The first digit may encode fewer than five bits.
  const first = 2 ** ((bytes * 8) % 5 || 5) - 1;
  return (
    digits.length === digitsOf(bytes) && /^[0-9a-v]+$/.test(digits) && Number.parseInt(digits[0] as string, 32) <= first
  );
}

/** Returns the creation time of an id. */
export function idTime(id: string): Date {
  return new Date(idBytes(id).readUIntBE(0, TIME));
}

/**
 * Returns an id of 12 bytes as a UUID of version 8 (RFC 9562): the form of Papershift and Volt Time. The bytes are
 * around the version and the variant. A fixed ending marks UUIDs of this service.
 */
export function shortIdAsUuid(id: string): string {
  const hex = idBytes(id).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${hex.slice(18)}${UUID_END}`;
}
const UUID_END = '7ea000';

/** Returns the id of a UUID, case-insensitive; undefined when `shortIdAsUuid` didn't make it. */
export function shortIdFromUuid(kind: IdKind, uuid: string): string | undefined {
  const [, one, two, three, four, five] =
    /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{6})7ea000$/.exec(uuid.toLowerCase()) ?? [];
  if (five === undefined) return;
  return idFromBytes(kind, Buffer.from(`${one}${two}${three}${four}${five}`, 'hex'));
}

/** Returns a new numeric id. It is random: a shared counter would be a hot item. */
export function newNumber(): number {
  // 52 random bits, plus one: never zero.
  return Number(BigInt(`0x${randomBytes(7).toString('hex')}`) >> 4n) + 1;
}
