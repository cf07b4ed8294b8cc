import { encodeWord, foldLines, quoteString } from 'nodemailer/lib/mime-funcs';
import { encode, wrap } from 'nodemailer/lib/qp';

/** A mail address with its display name. */
export interface Mailbox {
  readonly name?: string | undefined;
  readonly address: string;
}

/** A composed mail, not yet encoded as MIME. */
export interface Mail {
  readonly from: Mailbox;
  readonly to: string;
  readonly replyTo?: Mailbox | undefined;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Further headers. Names and values are ours, and ASCII. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Parses `Muster <invitations@example.com>`, with or without quotes around the name, or a bare address. */
export function parseMailbox(text: string): Mailbox {
  const [, name = '', address] = /^\s*(.*?)\s*<\s*([^<>\s]+)\s*>\s*$/.exec(text) ?? [];
  if (!address) return { address: text.trim() };
  return { name: name.replace(/^"(.*)"$/, '$1').replace(/\\(.)/g, '$1') || undefined, address };
}

/**
 * Encodes a mail as MIME: `multipart/alternative`, text before HTML, quoted-printable, ASCII only.
 *
 * It uses nodemailer's encoders for RFC 2047 and 2045, but not its composer: that would add 135 KB to each function
 * that sends mail, for features that these mails don't need.
 */
export function toMime(mail: Mail, now: Date = new Date()): string {
  return [
    foldLines(`From: ${mailbox(mail.from)}`),
    foldLines(`To: ${mailbox({ address: mail.to })}`),
    ...(mail.replyTo ? [foldLines(`Reply-To: ${mailbox(mail.replyTo)}`)] : []),
    foldLines(`Subject: ${words(mail.subject)}`),
    `Date: ${now.toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
    ...Object.entries(mail.headers).map(([name, value]) => `${name}: ${oneLine(value)}`),
    `Content-Type: multipart/alternative; boundary="${BOUNDARY}"`,
    '',
    part('text/plain', mail.text),
    part('text/html', mail.html),
    `--${BOUNDARY}--`,
    '',
  ].join('\r\n');
}

/** Quoted-printable encodes each `=` as `=3D`. So no content contains `=_`, and the boundary needn't be random. */
const BOUNDARY = '=_muster';

function part(type: string, content: string): string {
  return [
    `--${BOUNDARY}`,
    `Content-Type: ${type}; charset=utf-8`,
    'Content-Transfer-Encoding: quoted-printable',
    '',
    wrap(encode(content.replace(/\r\n?|\n/g, '\r\n'))),
  ].join('\r\n');
}

function mailbox({ name, address }: Mailbox): string {
  const bare = address.replace(/[\p{Cc}\s<>,;]/gu, '');
  if (!name) return bare;
  const written = words(name);
  return `${written.startsWith('=?') ? written : quoteString(written)} <${bare}>`;
}

/** Returns the text of a header. It is encoded if it isn't ASCII, can't be folded, or looks encoded. */
function words(text: string): string {
  const line = oneLine(text);
  return /[^\x20-\x7e]|=\?|\S{60}/.test(line) ? encodeWord(line, 'Q', 52) : line;
}

/** Removes control characters from a header value, against header injection. */
function oneLine(value: string): string {
  return value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
