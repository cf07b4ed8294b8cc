import { Refusal } from '../../domain/refusal.ts';
import type { Format } from '../format.ts';

/** The native API: JSON, and errors as `{"message", "error", "details"?}` where `error` is the stable code. */
export const v1: Format = {
  dialect: 'v1',
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'strict-transport-security': 'max-age=31536000',
  },
  query: readQuery,
  serialize: (body) => JSON.stringify(body),
  problem: ({ code, status, message, details, requestId }) => ({
    status,
    body: { message, error: code, ...(details && { details }), ...(status === 500 && { requestId }) },
  }),
};

/** Reads a query. Refuses repeated parameters, since only one of them could count. */
function readQuery(parameters: URLSearchParams): Record<string, string> {
  const names = [...parameters.keys()];
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) {
    throw new Refusal('validation_failed', Object.fromEntries(twice.map((name) => [name, ['must be given once']])));
  }
  return Object.fromEntries(parameters);
}
