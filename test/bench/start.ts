import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { largest } from './bundles.ts';
import { inDirectory } from './directory.ts';
import { interleaved, type Row } from './measure.ts';

const ROUNDS = 25;

/** Measures how long a new process takes to load a function, compared with an empty handler. */
export function start(): Promise<Row[]> {
  return inDirectory(async (directory) => {
    const { http, mailing } = await largest();
    const empty = join(directory, 'empty.cjs');
    writeFileSync(empty, 'exports.handler = async () => {};');
    const probe = join(directory, 'probe.cjs');
    writeFileSync(
      probe,
      "require(process.argv[2]).handler; console.log(require('node:perf_hooks').performance.now());",
    );
    const cache = join(directory, 'compile-cache');
    const startOf = (file: string, environment = {}) =>
      Number(execFileSync(process.execPath, [probe, file], { env: environment }));
    const cached = (file: string) => startOf(file, { NODE_COMPILE_CACHE: cache });
    // The first start writes the cache.
    for (const { file } of [http, mailing]) cached(file);

    const ms = await interleaved(ROUNDS, {
      empty: () => startOf(empty),
      http: () => startOf(http.file),
      mailing: () => startOf(mailing.file),
      cachedHttp: () => cached(http.file),
      cachedMailing: () => cached(mailing.file),
    });
    const row = (what: string, figure: number, atMost: number): Row => ({
      ...{ what, figure, unit: 'ms', goal: { atMost } },
      reference: { what: 'empty handler', figure: ms.empty },
    });
    return [
      row(`start: ${http.name}`, ms.http, 2.5),
      row(`start: ${mailing.name}`, ms.mailing, 2.5),
      row(`start with compile cache: ${http.name}`, ms.cachedHttp, 2),
      row(`start with compile cache: ${mailing.name}`, ms.cachedMailing, 2),
    ];
  });
}
