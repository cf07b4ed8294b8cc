import { synthesize } from '../../cdk/synthesize.ts';

/** Synthesizes once for all test files. Does nothing when nothing has changed. */
export default async function setup(): Promise<void> {
  await synthesize();
}
