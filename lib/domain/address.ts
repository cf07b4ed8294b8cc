/** RFC 5321's limits: 254 characters for an address, 64 before the `@`. */
const LOCAL_LIMIT = 64;
const LIMIT = 254;

/** A mailbox as people have them: RFC 5322's dot-atom, then a domain of at least two labels. No quotes, no comments. */
const ADDRESS =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** The one form in which addresses are stored and compared: trimmed and lower-cased, then compared whole (Keycloak #50063). */
export function normalizeAddress(text: string): string {
  // ASCII alone: other letters have lower-case forms that are ASCII, such as the Kelvin sign's k.
  return text.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Whether a normalized address can get mail. */
export function isAddress(address: string): boolean {
  return address.length <= LIMIT && address.indexOf('@') <= LOCAL_LIMIT && ADDRESS.test(address);
}

/** What stands before the `@`: a person's username unless they set one. */
export function localPart(address: string): string {
  return address.slice(0, address.lastIndexOf('@'));
}
