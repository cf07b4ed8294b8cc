import { domainToASCII, domainToUnicode } from 'node:url';

/** RFC 5321's limits: 254 characters for an address, 64 before the `@`. */
const LOCAL_LIMIT = 64;
const LIMIT = 254;

/** RFC 5322's dot-atom, then a domain of at least two labels. No quoted local parts, no comments. */
const ADDRESS =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** An internationalized domain name, in Unicode or in Punycode. No character that would end a host name. */
const INTERNATIONAL = /^(?=.*([^\0-\x7f]|xn--))[\p{L}\p{M}\p{N}\p{Cf}.\u3002\uff0e\uff61-]+$/iu;

/**
 * Returns the form in which addresses are stored, compared and mailed: trimmed, lower-cased, the domain in ASCII. Whole
 * addresses are compared (Keycloak #50063).
 */
export function normalizeAddress(text: string): string {
  // ASCII letters only: the lower-case form of some other letters is ASCII, such as the Kelvin sign's `k`.
  const address = text.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const at = address.lastIndexOf('@') + 1;
  const domain = address.slice(at);
  if (at === 0 || !INTERNATIONAL.test(domain)) return address;
  // An invalid domain stays unchanged: `isAddress` refuses it.
  return address.slice(0, at) + (domainToASCII(domain) || domain);
}

/** Returns a normalized address as people write it, with a Unicode domain. */
export function showAddress(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  return address.includes('xn--', at) ? address.slice(0, at) + domainToUnicode(address.slice(at)) : address;
}

/** Whether a normalized address can get mail. */
export function isAddress(address: string): boolean {
  return address.length <= LIMIT && address.indexOf('@') <= LOCAL_LIMIT && ADDRESS.test(address) && isDomain(address);
}

/** Whether the domain of an address is ASCII without Punycode, or canonical Punycode. */
function isDomain(address: string): boolean {
  const domain = domainOf(address);
  return !domain.includes('xn--') || domainToASCII(domain) === domain;
}

/**
 * Returns what is wrong with a normalized address that is not valid.
 *
 * @param otherwise the text where no specific one applies
 */
export function addressMistake(address: string, otherwise = 'must be an e-mail address'): string {
  return /[^\0-\x7f]/.test(localPart(address))
    ? 'must have no characters beyond ASCII before the @: mail can not be sent to such an address'
    : otherwise;
}

/**
 * Returns the mailbox of an address: the address without its `+tag`, which most servers ignore. It serves rate limits
 * only, and never identifies a person.
 */
export function mailboxOf(address: string): string {
  const local = localPart(address);
  return local.replace(/(?<=.)\+.*$/, '') + address.slice(local.length);
}

/** Returns the part after the `@`. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** Returns the part before the `@`: a person's username unless they set one. */
export function localPart(address: string): string {
  return address.slice(0, address.lastIndexOf('@'));
}
