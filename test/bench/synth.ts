import { join } from 'node:path';
import { synthesize } from '../../cdk/synthesize.ts';
import { inDirectory } from './directory.ts';
import { median, type Row, timed } from './measure.ts';

const ROUNDS = 3;

/** Measures the synthesis without existing bundles. */
export function synth(): Promise<Row[]> {
  return inDirectory(async (directory) => {
    const durations: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      durations.push(await timed(() => synthesize({ outdir: join(directory, String(round)) })));
    }
    return [{ what: 'synth, with all bundles', figure: median(durations) / 1000, unit: 's', goal: { atMost: 15 } }];
  });
}
