export { type ErrorCode, isMusterError, MusterError } from './errors.ts';
export type * from './generated/types.ts';
export { Muster } from './muster.ts';
export type { CallOptions, CreateOptions, MusterOptions, TokenSource } from './options.ts';
export type { List, Page } from './pages.ts';
