import type { InvitationsBulkBody, Muster } from '../src/index.ts';
import { mistakesIn, wordsOf } from './failure.ts';
import type { Texts } from './texts.ts';

/** A row of a bulk request. */
export type Invitee = InvitationsBulkBody['invitations'][number];

/** Somebody to be invited, and what becomes of it. */
export interface Candidate {
  /** As it was written. */
  readonly email: string;
  /** The line of the file; undefined: it was typed. */
  readonly line?: number | undefined;
  /** What is sent; undefined: it can't be. */
  readonly invitee?: Invitee | undefined;
  /** Whether they were, or can be, invited; undefined: not known yet. */
  readonly isFine?: boolean | undefined;
  /** Why not. */
  readonly reason?: ((texts: Texts) => string) | undefined;
}

/** How many rows a request may have. */
const BATCH = 100;
/** The longest wait for a row that the API takes later, in seconds. */
const LONGEST_WAIT = 65;

/** A part of a text. */
interface Written {
  readonly email: string;
  readonly isAddress: boolean;
  /** Whether a name stands before the address. */
  readonly isNamed?: boolean;
}

/** An address, whatever is around it. */
const ADDRESS = /[^\s<>,()[\]"]+@[^\s<>,()[\]"]+/g;
/** What stands in angle brackets, or an address without them. */
const TOKEN = new RegExp(`<\\s*[^\\s<>][^<>]*>?|${ADDRESS.source}`, 'g');
/** Something like an address whose `@` is missing. */
const MISTYPED = /^\S+\.\p{L}{2,}$/u;

/**
 * Finds the addresses in a text, whatever stands between them: commas, spaces, lines, names as in
 * `Jane Doe <jane@example.com>` and `Doe, Jane <jane@example.com>`. A part without an address is kept, so that a
 * mistyped one isn't lost.
 */
export function addressesIn(text: string): readonly Written[] {
  return text.split(/[\n\r;|\t]+/).flatMap(addressesInPart);
}

/** Finds the addresses in a part of a text in which only commas and spaces separate. */
function addressesInPart(part: string): readonly Written[] {
  const found: Written[] = [];
  const keep = (pieces: readonly string[]) => {
    for (const piece of pieces) if (piece.trim() !== '') found.push({ email: piece.trim(), isAddress: false });
  };
  let end = 0;
  for (const { 0: token, index } of part.matchAll(TOKEN)) {
    const before = part.slice(end, index);
    // What touches an address belongs to it: `Jane jane@example.com (Sales)`.
    const apart = before.split(',').slice(end === 0 ? 0 : 1, -1);
    end = index + token.length;
    if (!token.startsWith('<')) {
      keep(apart);
      found.push({ email: plain(token), isAddress: true });
      continue;
    }
    const isQuoted = before.includes('"');
    keep(isQuoted ? [] : apart.filter((piece) => MISTYPED.test(piece.trim())));
    const emails = (token.match(ADDRESS) ?? []).map(plain);
    // Some programs write the address as the name too: `jane@example.com <jane@example.com>`.
    const last = found.at(-1);
    if (last?.isAddress && emails.length === 1 && comparable(last.email) === emails.map(comparable)[0]) {
      if (/^[\s"'>]*$/.test(before)) continue;
    }
    if (emails.length === 0) keep([token.replace(/[<>]/g, '')]);
    const isNamed = /[\p{L}\p{N}]/u.test(before);
    for (const email of emails) found.push({ email, isAddress: true, isNamed });
  }
  keep(
    part
      .slice(end)
      .split(',')
      .slice(end === 0 ? 0 : 1),
  );
  return found;
}

/** Returns an address without what programs put around it. An apostrophe within it is a part of it. */
function plain(address: string): string {
  return address.replace(/^'+|'+$/g, '').replace(/^mailto:/i, '');
}

/**
 * Returns an address as the API compares it: in small letters, its domain in ASCII. `x@münchen.de` and
 * `x@xn--mnchen-3ya.de` are one.
 */
export function comparable(email: string): string {
  const address = email.trim().toLowerCase();
  const at = address.lastIndexOf('@') + 1;
  const domain = address.slice(at);
  // Only an international domain is converted. Other signs would end a host name, and no address has them.
  if (at === 0 || !/^[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]+$/u.test(domain) || !/[^\0-\x7f]/.test(domain))
    return address;
  const url = `http://${domain}`;
  return URL.canParse(url) ? address.slice(0, at) + new URL(url).hostname : address;
}

/** Marks whoever is there twice: only the first counts. */
export function withoutTwins(candidates: readonly Candidate[]): readonly Candidate[] {
  const known = new Set<string>();
  return candidates.map((candidate) => {
    const address = comparable(candidate.email);
    if (!candidate.invitee || !known.has(address)) {
      if (candidate.invitee) known.add(address);
      return candidate;
    }
    return { ...candidate, invitee: undefined, isFine: false, reason: ({ invite }: Texts) => invite.twice };
  });
}

/**
 * Invites people, or asks what would become of it, a hundred a request. Who was refused for now is sent again a little
 * later. Each request has an idempotency key of its own, kept in `keys`, so that a repeated run invites nobody twice.
 *
 * @param signal ends a dry run at once, and invitations after the request that is on its way: whoever is left has
 *   `isFine: undefined`
 * @param onProgress called with the number of those who are done
 * @throws MusterError if a whole request fails; run it again with the same candidates and keys
 */
export async function inviteAll(
  muster: Muster,
  candidates: readonly Candidate[],
  {
    dryRun = false,
    keys,
    signal,
    onProgress,
  }: {
    readonly dryRun?: boolean;
    readonly keys: Map<number, string>;
    readonly signal: AbortSignal;
    readonly onProgress?: (done: number) => void;
  },
): Promise<readonly Candidate[]> {
  const results: Candidate[] = candidates.map((each) => (each.invitee ? { ...each, isFine: undefined } : each));
  let open = candidates.flatMap(({ invitee }, at) => (invitee ? [at] : []));
  let done = 0;
  for (let round = 0; open.length > 0; round += 1) {
    const later: number[] = [];
    let wait = 0;
    for (let from = 0; from < open.length; from += BATCH) {
      if (!dryRun && signal.aborted) return results;
      const batch = open.slice(from, from + BATCH);
      const invitations = batch.map((at) => candidates[at]?.invitee as Invitee);
      const number = round * 1_000_000 + from;
      const idempotencyKey = keys.get(number) ?? crypto.randomUUID();
      keys.set(number, idempotencyKey);
      const { data } = await muster.invitations.bulk(
        { invitations, dryRun },
        {
          idempotencyKey,
          ...(dryRun && { signal }),
        },
      );
      for (const [index, at] of batch.entries()) {
        const result = data[index];
        const candidate = candidates[at];
        if (!result || !candidate) continue;
        if ('error' in result && 'retryAfter' in result && !dryRun && round < 3) {
          const { retryAfter = 1 } = result;
          if (retryAfter <= LONGEST_WAIT) {
            later.push(at);
            wait = Math.max(wait, retryAfter);
            continue;
          }
        }
        done += 1;
        results[at] =
          'error' in result
            ? { ...candidate, isFine: false, reason: reasonOf(result) }
            : { ...candidate, isFine: true };
      }
      onProgress?.(done);
    }
    open = later;
    if (open.length > 0) await pause(wait * 1000, signal);
  }
  return results;
}

/** Returns why a row is refused. */
function reasonOf(result: { readonly error: string; readonly message: string; readonly details?: object }) {
  const { error, message, details } = result;
  return (texts: Texts): string => wordsOf(error, texts) ?? mistakesIn(details, texts) ?? message;
}

/** Waits. An abort ends it early. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
