import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { TableAccess } from './access.ts';
import { itemReader } from './items.ts';
import { type Key, keys } from './keys.ts';
import { get } from './read.ts';
import { record, Stale, type Update } from './write.ts';

/** The table access of `IdempotentRequest`. */
export const IDEMPOTENCY_ACCESS: TableAccess = { BatchGetItem: ['IDEMPOTENCY'], UpdateItem: ['IDEMPOTENCY'] };

/** How long an idempotency record is kept, in milliseconds. */
const KEPT = 24 * 60 * 60_000;

/** The stored answer to a request. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The idempotency record of a request. */
interface IdempotencyRecord {
  /** The hash of the request's body. */
  readonly body: string;
  /** When the first attempt began. */
  readonly startedAt: string;
  /** The end of the lease of the latest attempt. */
  readonly busyUntil: string;
  /** Encrypted; undefined: there is no answer yet. */
  readonly answer?: Uint8Array;
  /** Whether the client got this answer. Before that, it is the answer as known when the change was written. */
  readonly final: boolean;
}

const RECORD = itemReader<IdempotencyRecord>('Idempotency', {
  ...{ body: 'string', startedAt: 'string', busyUntil: 'string', final: 'boolean' },
});

/**
 * A request with an idempotency key. It creates its resource once, however often it is repeated.
 *
 * The stored answer is encrypted with a key from the request: nobody can read names or addresses in the table.
 */
export class IdempotentRequest {
  readonly #key: Key;
  readonly #seal: Buffer;
  readonly #body: string;
  readonly #now: Date;
  /** The lease of an attempt, in milliseconds. */
  readonly #lease: number;
  #found: IdempotencyRecord | undefined;

  /** @param scope the caller and the endpoint: the same key in another scope is another request */
  constructor(scope: readonly string[], key: string, body: unknown, now: Date, lease: number) {
    const name = [...scope, key].join('\n');
    this.#key = keys.idempotency(hash(name).toString('base64url'));
    this.#seal = hash(`answer\n${name}`);
    this.#body = hash(JSON.stringify(body ?? null)).toString('base64url');
    this.#now = now;
    this.#lease = lease;
  }

  /**
   * Reads the record of an earlier attempt of the request.
   *
   * @returns its answer; `reused` if it had another body; undefined if there is no answer
   * @throws Stale while the lease of that attempt lasts
   */
  async earlier(): Promise<Answer | 'reused' | undefined> {
    const found = RECORD.one(await get(this.#key));
    this.#found = found;
    if (!found || !this.#isKept(found)) return undefined;
    if (found.body !== this.#body) return 'reused';
    if (!found.final && Date.now() < Date.parse(found.busyUntil)) throw new Stale();
    return found.answer && open(found.answer, this.#seal);
  }

  /** A secret seed: unique to the request, and the same when it is repeated. */
  get seed(): string {
    return this.#seal.toString('base64url');
  }

  /** When the first attempt of the request began: the present one, unless an earlier one was interrupted. */
  get startedAt(): Date {
    return this.#found && this.#isKept(this.#found) ? new Date(this.#found.startedAt) : this.#now;
  }

  /**
   * Returns the part of a transaction that writes the record.
   *
   * @param answer the expected answer; undefined: it isn't known yet
   */
  remember(answer?: Answer): Update {
    const busyUntil = new Date(Date.now() + this.#lease).toISOString();
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

  /** Writes the record first, for requests of more than one transaction. */
  async begin(): Promise<void> {
    await record(this.remember());
  }

  /** Stores the answer as the client gets it: it includes the delivery of a mail that was sent after the change. */
  async finish(answer: Answer): Promise<void> {
    const set = { answer: seal(answer, this.#seal), final: true };
    await record({ type: 'update', key: this.#key, set, when: [{ attribute: 'body', is: this.#body }] });
  }

  #isKept({ startedAt }: IdempotencyRecord): boolean {
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
