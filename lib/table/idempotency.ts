import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { TableAccess } from './access.ts';
import { itemReader } from './items.ts';
import { type Key, keys } from './keys.ts';
import { get } from './read.ts';
import { record, Stale, type Update } from './write.ts';

/** What `Once` does to the table. */
export const ONCE: TableAccess = { BatchGetItem: ['IDEMPOTENCY'], UpdateItem: ['IDEMPOTENCY'] };

/** How long a request that creates is remembered, in milliseconds. */
const KEPT = 24 * 60 * 60_000;

/** The answer to a request, as remembered. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that creates something once, as stored. */
interface Remembered {
  /** The hash of its body. */
  readonly body: string;
  /** When its first try began. */
  readonly startedAt: string;
  /** Until when its latest try may still be at work. */
  readonly busyUntil: string;
  /** Sealed; undefined: there is none yet. */
  readonly answer?: Uint8Array;
  /** Whether the answer is the one that was given: before that, it is what was known when the change was written. */
  readonly final: boolean;
}

const REMEMBERED = itemReader<Remembered>('Idempotency', {
  ...{ body: 'string', startedAt: 'string', busyUntil: 'string', final: 'boolean' },
});

/**
 * A request that carries an idempotency key: whatever it creates, it creates once.
 *
 * Its answer is kept sealed, by what the client alone has: no name or address of it can be read in the table.
 */
export class Once {
  readonly #key: Key;
  readonly #seal: Buffer;
  readonly #body: string;
  readonly #now: Date;
  /** Milliseconds that a try may take. */
  readonly #patience: number;
  #found: Remembered | undefined;

  /** @param scope who asks, and for what: the key means another request to anybody else */
  constructor(scope: readonly string[], key: string, body: unknown, now: Date, patience: number) {
    const name = [...scope, key].join('\n');
    this.#key = keys.idempotency(hash(name).toString('base64url'));
    this.#seal = hash(`answer\n${name}`);
    this.#body = hash(JSON.stringify(body ?? null)).toString('base64url');
    this.#now = now;
    this.#patience = patience;
  }

  /**
   * Looks for an earlier try of the same request.
   *
   * @returns its answer; `reused` when it had another body; undefined when it left none
   * @throws Stale while it is at work
   */
  async earlier(): Promise<Answer | 'reused' | undefined> {
    const found = REMEMBERED.one(await get(this.#key));
    this.#found = found;
    if (!found || !this.#isKept(found)) return undefined;
    if (found.body !== this.#body) return 'reused';
    if (!found.final && Date.now() < Date.parse(found.busyUntil)) throw new Stale();
    return found.answer && open(found.answer, this.#seal);
  }

  /** What tells the request from all others, to nobody but who sends it again. */
  get seed(): string {
    return this.#seal.toString('base64url');
  }

  /** When the first try of the request began: this one, unless an earlier one was broken off. */
  get startedAt(): Date {
    return this.#found && this.#isKept(this.#found) ? new Date(this.#found.startedAt) : this.#now;
  }

  /**
   * The part of a transaction that remembers a request.
   *
   * @param answer what it is going to be; undefined: that isn't known yet
   */
  remember(answer?: Answer): Update {
    const busyUntil = new Date(Date.now() + this.#patience).toISOString();
    return {
      type: 'update',
      key: this.#key,
      set: {
        ...{ type: 'Idempotency', body: this.#body, final: false, busyUntil },
        startedAt: this.startedAt.toISOString(),
        answer: answer && seal(answer, this.#seal),
        ttl: Math.ceil((this.startedAt.getTime() + KEPT) / 1000),
      },
      when: [this.#found ? { attribute: 'busyUntil', is: this.#found.busyUntil } : { absent: 'pk' }],
    };
  }

  /** Remembers the request before anything of it is done, where that is more than one transaction. */
  async begin(): Promise<void> {
    await record(this.remember());
  }

  /** Remembers the answer as it is given: a mail that was sent since the change was written is in it. */
  async finish(answer: Answer): Promise<void> {
    const set = { answer: seal(answer, this.#seal), final: true };
    await record({ type: 'update', key: this.#key, set, when: [{ attribute: 'body', is: this.#body }] });
  }

  #isKept({ startedAt }: Remembered): boolean {
    return Date.parse(startedAt) + KEPT > this.#now.getTime();
  }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const CIPHER = 'aes-256-gcm';
const IV = 12;
const TAG = 16;

function seal(answer: Answer, key: Buffer): Uint8Array {
  const iv = randomBytes(IV);
  const cipher = createCipheriv(CIPHER, key, iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(answer)), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

function open(sealed: Uint8Array, key: Buffer): Answer {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV)).setAuthTag(bytes.subarray(IV, IV + TAG));
  const text = Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()]);
  return JSON.parse(text.toString());
}
