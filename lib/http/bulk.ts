import * as z from 'zod/mini';
import { REFUSALS, Refusal } from '../domain/refusal.ts';
import { validate } from './input.ts';
import { MESSAGES } from './messages.ts';

/** How long a request with 100 rows may take, in milliseconds: the function's timeout. */
export const BULK_LEASE = 20_000;

/** Returns the schema of the rows of a bulk request. @param row accepts any row: `validRows` validates each alone */
// @__NO_SIDE_EFFECTS__
export function bulkRows(row: z.ZodMiniUnknown) {
  return z.array(row).check(z.minLength(1), z.maxLength(100));
}

/**
 * Validates the rows of a bulk request, each alone.
 *
 * @param outcome gets the refusals, by the index of the row
 */
export function validRows<S extends z.core.$ZodType, T>(
  schema: S,
  rows: readonly unknown[],
  outcome: Map<number, Refusal>,
  inputOf: (row: z.output<S>) => T,
): { readonly index: number; readonly input: T }[] {
  return rows.flatMap((row, index) => {
    try {
      return [{ index, input: inputOf(validate(schema, row, 'body')) }];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      outcome.set(index, error);
      return [];
    }
  });
}

/** Returns the result of a refused row: the answer that the row would get as a separate request. */
export function refusedRow(index: number, { code, details, headers }: Refusal) {
  const { 'retry-after': seconds } = headers;
  return {
    ...{ index, status: REFUSALS[code], error: code, message: MESSAGES[code] },
    ...(details && { details }),
    ...(seconds !== undefined && { retryAfter: Number(seconds) }),
  };
}
