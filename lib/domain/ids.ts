import { randomBytes } from 'node:crypto';

/** The prefix of each kind of id; one table, so that an id tells what it names. */
const PREFIXES = {
  organization: 'org',
  user: 'usr',
  member: 'mem',
  invitation: 'inv',
  auditEntry: 'aud',
  accessToken: 'key',
  mail: 'mail',
} as const;
export type IdKind = keyof typeof PREFIXES;

/** 16 bytes as 26 digits of base32hex, whose alphabet (`0-9a-v`) sorts as the bytes do. */
const DIGITS = 26;

/**
 * A new id of 16 bytes: 6 of time in milliseconds and 10 at random, so that ids sort by the time they were made.
 *
 * @param random 10 bytes that take the place of those at random
 * @returns for example `inv_01jd5hk3m2p8q4r6s0t1u3v5a7`
 */
export function newId(kind: IdKind, now: Date, random: Buffer = randomBytes(10)): string {
  const time = Buffer.alloc(6);
  time.writeUIntBE(now.getTime(), 0, 6);
  return idFromBytes(kind, Buffer.concat([time, random], 16));
}

/** The id that `idBytes` was given. */
export function idFromBytes(kind: IdKind, bytes: Buffer): string {
  return `${PREFIXES[kind]}_${BigInt(`0x${bytes.toString('hex')}`)
    .toString(32)
    .padStart(DIGITS, '0')}`;
}

/** The 16 bytes of an id, for a link or a cursor. */
export function idBytes(id: string): Buffer {
  let value = 0n;
  for (const digit of id.slice(id.indexOf('_') + 1)) value = value * 32n + BigInt(Number.parseInt(digit, 32));
  return Buffer.from(value.toString(16).padStart(32, '0'), 'hex');
}

const DIGITS_ONLY = /^[0-7][0-9a-v]{25}$/;

/** Whether `text` has the form of an id of this kind. What hasn't can't be found, so it costs no read. */
export function isId(kind: IdKind, text: string): boolean {
  return text.startsWith(`${PREFIXES[kind]}_`) && DIGITS_ONLY.test(text.slice(text.indexOf('_') + 1));
}

/** When an id was made. */
export function idTime(id: string): Date {
  return new Date(idBytes(id).readUIntBE(0, 6));
}
