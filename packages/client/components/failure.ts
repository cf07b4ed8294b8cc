import { isMusterError } from '../src/index.ts';
import type { Texts } from './texts.ts';

/** Why something couldn't be shown or done. */
export interface Failure {
  readonly kind: 'offline' | 'signed-out' | 'forbidden' | 'no-organization' | 'choose-organization' | 'failed';
  /** Whether it says that what is shown isn't true any more: a row is gone or has changed, or the person's role has. */
  readonly isStale?: boolean;
  /** A sentence with what to do. */
  readonly text: (texts: Texts) => string;
  /** The id of the request, for the support. */
  readonly reference?: string | undefined;
  /** The mistakes in fields: path of the field -> sentences. */
  readonly details?: Readonly<Record<string, readonly string[]>> | undefined;
}

const KINDS: ReadonlyMap<string, Failure['kind']> = new Map([
  ['network_error', 'offline'],
  ['unauthenticated', 'signed-out'],
  ['forbidden', 'forbidden'],
  ['organization_not_found', 'no-organization'],
  ['no_organization', 'no-organization'],
  ['organization_required', 'choose-organization'],
]);

/** Returns our words for a code of the API, whatever it is; undefined: there are none. */
export function wordsOf(code: string, { errors }: Texts): string | undefined {
  return Object.hasOwn(errors, code) ? (errors as Readonly<Record<string, string>>)[code] : undefined;
}

/** Returns what is wrong with what was filled in: a sentence for each field; undefined: no field is named. */
export function mistakesIn(details: object | undefined, { invalid }: Texts): string | undefined {
  // The path of a field in a list has its name last: `invitations.0.email`.
  const fields = Object.keys(details ?? {}).map((path) => path.split('.').at(-1) as string);
  const sentences = fields.map((field) =>
    Object.hasOwn(invalid, field) ? invalid[field as keyof typeof invalid] : invalid.other,
  );
  return [...new Set(sentences)].join(' ') || undefined;
}

/** Returns what an error means for the person. Codes without words of ours have those of the API. */
export function failureOf(error: unknown): Failure {
  if (!isMusterError(error)) return { kind: 'failed', text: ({ errors }) => errors.internal_error };
  const { code, message, requestId: reference, details } = error;
  return {
    kind: KINDS.get(code) ?? 'failed',
    isStale: /^forbidden$|_not_(found|pending|resendable|enabled)$/.test(code),
    text: (texts) => wordsOf(code, texts) ?? mistakesIn(details, texts) ?? message,
    ...{ reference, details },
  };
}
