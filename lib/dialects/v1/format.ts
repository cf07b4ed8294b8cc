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
  serialize: (body) => JSON.stringify(body),
  problem: ({ code, status, message, details, requestId }) => ({
    status,
    body: { message, error: code, ...(details && { details }), ...(status === 500 && { requestId }) },
  }),
};
