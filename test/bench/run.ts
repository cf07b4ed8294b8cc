/** `npm run bench [-- SECTION...]`: measures the service, and prints one table of medians and ratios. */
import { availableParallelism } from 'node:os';
import { accept } from './accept.ts';
import { growth } from './growth.ts';
import type { Row, Section } from './measure.ts';
import { npmStart } from './npm-start.ts';
import { requests } from './requests.ts';
import { sizes } from './sizes.ts';
import { start } from './start.ts';
import { suite } from './suite.ts';
import { backlog, sweep } from './sweep.ts';
import { synth } from './synth.ts';

/** In the order of the table. */
const SECTIONS: Readonly<Record<string, Section>> = {
  sizes,
  start,
  synth,
  'npm-start': npmStart,
  requests,
  accept,
  growth,
  sweep,
  backlog,
  suite,
};

function chosen(): string[] {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !(name in SECTIONS));
  if (unknown === undefined) return names.length > 0 ? names : Object.keys(SECTIONS);
  throw new Error(`There is no section ${unknown}; there are: ${Object.keys(SECTIONS).join(', ')}.`);
}

function table(rows: readonly Row[]): string {
  const lines = rows.map((row): string[] => {
    const { what, figure, unit, beside, goal } = row;
    const ratio = beside && figure / beside.figure;
    return [
      what,
      `${rounded(figure)} ${unit}`,
      beside ? `${rounded(beside.figure)} ${unit} ${beside.what}` : '',
      ratio === undefined ? '' : `${ratio.toFixed(2)}x`,
      goal ? goalText(goal, ratio === undefined ? ` ${unit}` : 'x') : '',
      goal ? (isMet(goal, ratio ?? figure) ? 'yes' : 'NO') : '',
    ];
  });
  const machine = `Node ${process.versions.node} on ${process.platform} ${process.arch}, ${availableParallelism()} cores`;
  const all = [[machine, 'median', 'beside it', 'ratio', 'goal', 'met'], ...lines];
  const widths = (all[0] as string[]).map((_, column) => Math.max(3, ...all.map((line) => line[column]?.length ?? 0)));
  const [head, ...rest] = all.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest].join('\n');
}

/** Three digits, as far as a bench is to be believed. */
function rounded(figure: number): string {
  return figure >= 100 || figure === 0 ? figure.toFixed(0) : figure.toPrecision(3);
}

function goalText(goal: NonNullable<Row['goal']>, unit: string): string {
  return 'atMost' in goal ? `<= ${goal.atMost}${unit}` : `>= ${goal.atLeast}${unit}`;
}

function isMet(goal: NonNullable<Row['goal']>, value: number): boolean {
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}

try {
  const rows: Row[] = [];
  for (const name of chosen()) {
    const started = performance.now();
    rows.push(...(await (SECTIONS[name] as Section)()));
    process.stderr.write(`${name}: measured in ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
  }
  process.stdout.write(`${table(rows)}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
