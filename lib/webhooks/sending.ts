import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { webhooksToLoopback } from '../configuration.ts';
import { checkedLookup, isAllowed } from './addresses.ts';

/** The outcome of an attempt. */
export interface Attempt {
  /** Whether the receiver answered 2xx. */
  readonly received: boolean;
  readonly status?: number;
  /** Why it failed, as a code. */
  readonly reason?: string;
}

/** Names that lead to this machine or to a private network. */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|localdomain)$/;

/** The longest URL. */
const LONGEST = 2000;

/** Returns what is wrong with the URL of a webhook; undefined: nothing. Names are resolved when an event is sent. */
export function problemOfUrl(text: string): string | undefined {
  if (text.length > LONGEST) return `must have at most ${LONGEST} characters`;
  if (!URL.canParse(text)) return 'must be a URL such as https://app.example.com/webhooks';
  const { protocol, username, password, hash } = new URL(text);
  const host = hostOf(text);
  const toLoopback = webhooksToLoopback();
  const isLocal = toLoopback && (host === 'localhost' || (isIP(host) !== 0 && isAllowed(host, true)));
  if (protocol !== 'https:' && !(protocol === 'http:' && isLocal)) return 'must begin with https://';
  if (username || password) return 'must have no user and no password';
  if (hash) return 'must have no fragment';
  if (isIP(host) !== 0) return isAllowed(host, toLoopback) ? undefined : NOT_PUBLIC;
  if (LOCAL_NAME.test(host)) return isLocal ? undefined : NOT_PUBLIC;
  return host.includes('.') ? undefined : NOT_PUBLIC;
}

const NOT_PUBLIC = 'must lead to a public address';

/** Returns the host of a URL: without the brackets of IPv6, and without a dot at the end. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

/**
 * Sends a body to a receiver, once. It follows no redirect, and reads nothing of the answer but its status.
 *
 * @param milliseconds the time that the whole attempt may take
 */
export function send(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  milliseconds: number,
): Promise<Attempt> {
  // What was allowed when the webhook was made may not be any more.
  if (problemOfUrl(url)) return Promise.resolve({ received: false, reason: 'address_not_allowed' });
  return new Promise((done) => {
    const { request } = url.startsWith('https:') ? https : http;
    const sent = request(
      url,
      {
        method: 'POST',
        // A connection of its own: it ends with the answer.
        agent: false,
        lookup: checkedLookup(webhooksToLoopback()),
        signal: AbortSignal.timeout(milliseconds),
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
          'user-agent': 'Muster-Webhooks/1',
        },
      },
      (answer) => {
        const { statusCode: status = 0 } = answer;
        // The body isn't read: it may be slow, or have no end.
        answer.destroy();
        sent.destroy();
        const received = status >= 200 && status < 300;
        done({ received, status, ...(!received && { reason: `HTTP_${status}` }) });
      },
    );
    sent.on('error', (error: Error & { code?: string }) => {
      const code = error.name === 'AbortError' || error.name === 'TimeoutError' ? 'ETIMEDOUT' : error.code;
      // Only codes are stored: a message may have what the receiver sent.
      done({ received: false, reason: code && /^[A-Za-z][\w]{1,60}$/.test(code) ? code : 'failed' });
    });
    sent.end(body);
  });
}
