import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleDirectory } from '../../cdk/bundling/directory.ts';
import { synthesize } from '../../cdk/synthesize.ts';
import { functions } from '../../functions/index.ts';

interface Bundle {
  readonly name: string;
  readonly file: string;
  readonly kilobytes: number;
}

/** Returns the largest bundle of the functions that send no mails, and of those that send mails. */
export async function largest(): Promise<{ http: Bundle; mailing: Bundle }> {
  const bundles = join(await synthesize(), 'functions');
  const largestOf = (mails: boolean): Bundle =>
    functions
      .filter(({ declaration }) => declaration.email === mails)
      .map(({ name }) => {
        const file = join(bundleDirectory(bundles, name), 'index.cjs');
        return { name, file, kilobytes: statSync(file).size / 1000 };
      })
      .reduce((one, other) => (other.kilobytes > one.kilobytes ? other : one));
  return { http: largestOf(false), mailing: largestOf(true) };
}
