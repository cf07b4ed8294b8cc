import { forked } from './forked.ts';
import type { Row } from './measure.ts';

/** Compares Muster with better-auth's organization plugin, and with the bare calls to DynamoDB. */
export function peers(): Promise<Row[]> {
  return forked(new URL('peers/process.ts', import.meta.url));
}
