/**
 * `npm run bench [-- SECTION...]` measures the service, and prints a table of medians and ratios. Without a section it
 * measures all sections, and writes the page of benchmarks and its plot of growth.
 */
import { writeFileSync } from 'node:fs';
import { accept } from './accept.ts';
import { access } from './access.ts';
import { consolePages } from './console.ts';
import { events } from './events.ts';
import { firstRequest } from './first-request.ts';
import { growth } from './growth.ts';
import { limits } from './limits.ts';
import type { Row, Section } from './measure.ts';
import { npmStart } from './npm-start.ts';
import { peers } from './peers.ts';
import { plot } from './plot.ts';
import { PAGE, PLOT, page, table } from './report.ts';
import { requests } from './requests.ts';
import { sizes } from './sizes.ts';
import { start } from './start.ts';
import { suite } from './suite.ts';
import { backlog, sweep } from './sweep.ts';
import { synth } from './synth.ts';

/** The sections, in the order of the table. */
const SECTIONS: Readonly<Record<string, Section>> = {
  sizes,
  start,
  'first-request': firstRequest,
  synth,
  'npm-start': npmStart,
  peers,
  requests,
  accept,
  access,
  console: consolePages,
  events,
  growth,
  limits,
  sweep,
  backlog,
  suite,
};

const named = process.argv.slice(2);

function chosen(): string[] {
  const unknown = named.find((name) => !(name in SECTIONS));
  if (unknown === undefined) return named.length > 0 ? named : Object.keys(SECTIONS);
  throw new Error(`There is no section ${unknown}. Sections: ${Object.keys(SECTIONS).join(', ')}.`);
}

try {
  const rows: Row[] = [];
  for (const name of chosen()) {
    const started = performance.now();
    rows.push(...(await (SECTIONS[name] as Section)()));
    process.stderr.write(`${name}: measured in ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
  }
  process.stdout.write(`${table(rows)}\n`);
  if (named.length === 0) {
    writeFileSync(PAGE, page(rows));
    writeFileSync(PLOT, plot(rows));
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
