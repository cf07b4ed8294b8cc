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
}

/**
 * Finds the addresses in a text, whatever stands between them: commas, spaces, lines, names as in
 * `Jane Doe <jane@example.com>`. A part without an address is kept, so that a mistyped one isn't lost.
 */
export function addressesIn(text: string): readonly Written[] {
  return text.split(/[\n\r,;|\t]+/).flatMap((part): Written[] => {
    const found = part.match(/[^\s<>()[\]"']+@[^\s<>()[\]"']+/g);
    if (found) return found.map((email) => ({ email: email.replace(/^mailto:/i, ''), isAddress: true }));
    return part.trim() === '' ? [] : [{ email: part.trim(), isAddress: false }];
  });
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
