import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { clearStore, saveEmail } from 'aws-ses-v2-local/dist/store.js';
import PostalMime, { decodeWords } from 'postal-mime';
import { readLines } from './lines.ts';
import type { Envelope } from './ses.ts';

// By `require`, since Node and vitest differ in the default export of a CommonJS package compiled from TypeScript.
const { default: startSes } = createRequire(import.meta.url)('aws-ses-v2-local') as typeof import('aws-ses-v2-local');

/** A sent mail: its content, and the parts of its envelope that `GET /_local/mail` and SES's events show. */
export interface Mail extends Omit<Envelope, 'from'> {
  /** The decoded From header: `Muster <invitations@example.com>`. */
  readonly from: string;
  readonly subject: string;
  /** The raw headers by lower-case name; repeated ones are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** The text part; empty without one. */
  readonly text: string;
  /** The HTML part; empty without one. */
  readonly html: string;
  /** ISO time, by the real clock. */
  readonly sentAt: string;
}

/** A mail as `GET /_local/mail` shows it: `to` is one string. */
type ShownMail = Omit<Mail, 'to'> & { readonly to: string };

export interface LocalMail {
  /** Base URL of the local SES. */
  readonly endpoint: string;
  /** The URL of the inbox page. */
  readonly inbox: string;
  /** Stores a mail that SES has accepted; it is on disk when the promise resolves. */
  receive(raw: Buffer, envelope: Envelope): Promise<void>;
  /** Returns all mails, including those of earlier starts, newest last. */
  all(): readonly Mail[];
  /** Returns the mails to an address, or all, as they are shown. */
  messages(to?: string): ShownMail[];
  /** Deletes all mails. */
  clear(): void;
  close(): Promise<void>;
}

/**
 * Starts a local SES with an inbox page on a free port of 127.0.0.1. Mails are stored in `<directory>/mail.jsonl`.
 *
 * The inbox page is global to the process: a second local SES takes it over, but not `messages`.
 */
export async function startMail({ directory }: { directory: string }): Promise<LocalMail> {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'mail.jsonl');
  const mails = readMails(file);
  clearStore();
  for (const mail of mails) showInInbox(mail);
  const server = await startSes({ host: '127.0.0.1', port: 0 });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    inbox: `${endpoint}/`,
    async receive(raw, { messageId, to, tags, configurationSet }) {
      const parsed = await PostalMime.parse(raw);
      const mail: Mail = {
        messageId,
        to,
        tags,
        ...(configurationSet && { configurationSet }),
        from: decodeWords(headerOf(parsed.headers, 'from')),
        subject: parsed.subject ?? '',
        headers: Object.fromEntries(parsed.headers.map(({ key }) => [key, headerOf(parsed.headers, key)])),
        text: parsed.text ?? '',
        html: parsed.html ?? '',
        sentAt: new Date().toISOString(),
      };
      // Synchronous, so that a mail whose sending was acknowledged survives a kill.
      appendFileSync(file, `${JSON.stringify(mail)}\n`);
      mails.push(mail);
    },
    all: () => mails,
    messages(to) {
      const address = to?.toLowerCase();
      const wanted = address === undefined ? mails : mails.filter((mail) => mail.to.includes(address));
      return wanted.map((mail) => ({ ...mail, to: mail.to.join(', ') }));
    },
    clear() {
      mails.length = 0;
      clearStore();
      rmSync(file, { force: true });
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Reads the mails of earlier starts. */
function readMails(file: string): Mail[] {
  // Files of earlier versions have no tags.
  return readLines<Omit<Mail, 'tags'> & Partial<Mail>>(file).map((mail) => ({ ...mail, tags: mail.tags ?? {} }));
}

function headerOf(headers: readonly { key: string; value: string }[], name: string): string {
  return headers
    .filter(({ key }) => key === name)
    .map(({ value }) => value)
    .join(', ');
}

/** Adds a mail of an earlier start to the inbox page. */
function showInInbox({ messageId, from, to, subject, text, html, sentAt }: Mail): void {
  saveEmail({
    messageId,
    from,
    replyTo: [],
    destination: { to: [...to], cc: [], bcc: [] },
    subject,
    body: { text, html },
    attachments: [],
    at: Math.floor(Date.parse(sentAt) / 1000),
  });
}
