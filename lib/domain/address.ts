import { domainToASCII, domainToUnicode } from 'node:url';

/** RFC 5321's limits: 254 characters for an address, 64 before the `@`. */
const LOCAL_LIMIT = 64;
const LIMIT = 254;

/** A mailbox as people have them: RFC 5322's dot-atom, then a domain of at least two labels. No quotes, no comments. */
const ADDRESS =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** A domain that is more than ASCII, or says that it stands for one that is. Whatever else ends a host's name is none. */
const INTERNATIONAL = /^(?=.*([^\0-\x7f]|xn--))[\p{L}\p{M}\p{N}\p{Cf}.\u3002\uff0e\uff61-]+$/iu;

/**
 * The one form in which addresses are stored, compared and mailed: trimmed and lower-cased, the domain in ASCII, then
 * compared whole (Keycloak #50063).
 */
export function normalizeAddress(text: string): string {
  // ASCII alone: other letters have lower-case forms that are ASCII, such as the Kelvin sign's k.
  const address = text.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const at = address.lastIndexOf('@') + 1;
  const domain = address.slice(at);
  if (at === 0 || !INTERNATIONAL.test(domain)) return address;
  // What is no domain stays as it is, and is refused.
  return address.slice(0, at) + (domainToASCII(domain) || domain);
}

/** A normalized address as people write it. */
export function showAddress(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  return address.includes('xn--', at) ? address.slice(0, at) + domainToUnicode(address.slice(at)) : address;
}

/** Whether a normalized address can get mail. */
export function isAddress(address: string): boolean {
  return address.length <= LIMIT && address.indexOf('@') <= LOCAL_LIMIT && ADDRESS.test(address) && isDomain(address);
}

/** Whether a domain that stands for an international one does so in the one way that there is. */
function isDomain(address: string): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return !domain.includes('xn--') || domainToASCII(domain) === domain;
}

/**
 * What is wrong with a normalized address that isn't one.
 *
 * @param otherwise what is said where there is no more to say
 */
export function addressMistake(address: string, otherwise = 'must be an e-mail address'): string {
  return /[^\0-\x7f]/.test(localPart(address))
    ? 'must have no characters beyond ASCII before the @: mail can not be sent to such an address'
    : otherwise;
}

/**
 * The mailbox that an address leads to, for rates alone and never for who somebody is: most servers bring what has a
 * `+tag` to the address without it.
 */
export function mailboxOf(address: string): string {
  const local = localPart(address);
  return local.replace(/(?<=.)\+.*$/, '') + address.slice(local.length);
}

/** What stands before the `@`: a person's username unless they set one. */
export function localPart(address: string): string {
  return address.slice(0, address.lastIndexOf('@'));
}
