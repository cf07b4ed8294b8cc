import { randomBytes } from 'node:crypto';

/** The prefix and the bytes of each kind of id; one table, so that an id tells what it names. */
const KINDS = {
  organization: { prefix: 'org', bytes: 16 },
  user: { prefix: 'usr', bytes: 16 },
  member: { prefix: 'mem', bytes: 16 },
  invitation: { prefix: 'inv', bytes: 16 },
  auditEntry: { prefix: 'aud', bytes: 16 },
  accessToken: { prefix: 'key', bytes: 16 },
  mail: { prefix: 'mail', bytes: 16 },
  /** As many as Rocket.Chat's ids have. */
  team: { prefix: 'team', bytes: 12 },
  site: { prefix: 'site', bytes: 12 },
  charger: { prefix: 'chg', bytes: 12 },
  siteInvite: { prefix: 'sinv', bytes: 16 },
  siteRequest: { prefix: 'sreq', bytes: 16 },
} as const;
export type IdKind = keyof typeof KINDS;

/** Bytes of an id that are its time in milliseconds; the others are at random. */
const TIME = 6;

/** How many digits of base32hex so many bytes are: its alphabet (`0-9a-v`) sorts as the bytes do. */
function digitsOf(bytes: number): number {
  return Math.ceil((bytes * 8) / 5);
}

/**
 * A new id, 6 bytes of time and the others at random, so that ids sort by the time they were made.
 *
 * @param random bytes that take the place of those at random
 * @returns for example `inv_01jd5hk3m2p8q4r6s0t1u3v5a7`
 */
export function newId(kind: IdKind, now: Date, random: Buffer = randomBytes(KINDS[kind].bytes - TIME)): string {
  const time = Buffer.alloc(TIME);
  time.writeUIntBE(now.getTime(), 0, TIME);
  return idFromBytes(kind, Buffer.concat([time, random], KINDS[kind].bytes));
}

/** The id that `idBytes` was given. */
export function idFromBytes(kind: IdKind, bytes: Buffer): string {
  const { prefix, bytes: count } = KINDS[kind];
  return `${prefix}_${BigInt(`0x${bytes.toString('hex')}`)
    .toString(32)
    .padStart(digitsOf(count), '0')}`;
}

/** The bytes of an id, for a link or a cursor. */
export function idBytes(id: string): Buffer {
  const digits = id.slice(id.indexOf('_') + 1);
  let value = 0n;
  for (const digit of digits) value = value * 32n + BigInt(Number.parseInt(digit, 32));
  const length = Math.floor((digits.length * 5) / 8);
  return Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex');
}

/**
 * An id of 16 bytes as a UUID of version 7 (RFC 9562), where a dialect has UUIDs: the bytes begin with the time in
 * milliseconds, as that version's do, and get its version and variant. So it sorts by the time too, and the six bits
 * that these take aren't told: nobody gets from it back to the id.
 */
export function idAsUuid(id: string): string {
  return uuidOf(idBytes(id), 7);
}

/** 16 bytes as a UUID, in which the version and the variant take the place of six of their bits. */
export function uuidOf(bytes: Buffer, version: 7 | 8): string {
  const stamped = Buffer.from(bytes.subarray(0, 16));
  stamped[6] = (version << 4) | ((stamped[6] as number) & 0x0f);
  stamped[8] = 0x80 | ((stamped[8] as number) & 0x3f);
  const hex = stamped.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Whether `text` has the form of an id of this kind. What hasn't can't be found, so it costs no read. */
export function isId(kind: IdKind, text: string): boolean {
  const { prefix, bytes } = KINDS[kind];
  const digits = text.startsWith(`${prefix}_`) ? text.slice(prefix.length + 1) : '';
  // The first digit has less than five bits.
  const first = 2 ** ((bytes * 8) % 5 || 5) - 1;
  return (
    digits.length === digitsOf(bytes) && /^[0-9a-v]+$/.test(digits) && Number.parseInt(digits[0] as string, 32) <= first
  );
}

/** When an id was made. */
export function idTime(id: string): Date {
  return new Date(idBytes(id).readUIntBE(0, TIME));
}

/**
 * An id of 12 bytes as a UUID of version 8 (RFC 9562): Papershift's and Volt Time's form. The bytes stand around the
 * version and the variant; the rest says that it is ours.
 */
export function shortIdAsUuid(id: string): string {
  const hex = idBytes(id).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${hex.slice(18)}${UUID_END}`;
}
const UUID_END = '7ea000';

/** The id behind a UUID, in whatever letter case; undefined when it isn't one of ours. */
export function shortIdFromUuid(kind: IdKind, uuid: string): string | undefined {
  const [, one, two, three, four, five] =
    /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{6})7ea000$/.exec(uuid.toLowerCase()) ?? [];
  if (five === undefined) return;
  return idFromBytes(kind, Buffer.from(`${one}${two}${three}${four}${five}`, 'hex'));
}

/** A new integer name of something: at random, so that no counter is written by all. */
export function newNumber(): number {
  // 52 bits, none of them all zero.
  return Number(BigInt(`0x${randomBytes(7).toString('hex')}`) >> 4n) + 1;
}
