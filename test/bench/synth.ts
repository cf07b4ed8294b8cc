import { join } from 'node:path';
import { synthesize } from '../../cdk/synthesize.ts';
import { inDirectory } from './directory.ts';
import { median, type Row, timed } from './measure.ts';

const ROUNDS = 3;

/** How long the whole synthesis takes when nothing has been bundled yet. */
export function synth(): Promise<Row[]> {
  return inDirectory(async (directory) => {
    const taken: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      taken.push(await timed(() => synthesize({ outdir: join(directory, String(round)) })));
    }
    return [{ what: 'synth, with all bundles', figure: median(taken) / 1000, unit: 's', goal: { atMost: 15 } }];
  });
}
