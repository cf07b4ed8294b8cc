import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';
import { median, quartiles, type Row } from './measure.ts';
import { VERSION } from './peers/better-auth.ts';

/** The path of the document that a run of all sections writes. */
export const PAGE = join(ROOT, 'docs', 'benchmarks.md');
/** The path of its plot of growth. */
export const PLOT = join(ROOT, 'docs', 'images', 'growth.svg');

const MACHINE = `Node ${process.versions.node} on ${process.platform} ${process.arch}, ${availableParallelism()} cores`;

/** Returns the rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const all = [[MACHINE, 'median', 'reference', 'ratio (quartiles)', 'goal', 'met'], ...rows.map(cellsOf)];
  const widths = (all[0] as string[]).map((_, column) => Math.max(3, ...all.map((line) => line[column]?.length ?? 0)));
  const [head, ...rest] = all.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest].join('\n');
}

/** Returns the page of benchmarks, with the rows that miss their goal first. */
export function page(rows: readonly Row[]): string {
  const { devDependencies, optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const missed = rows.filter((row) => row.goal && !isMet(row));
  return `# Benchmarks

<!-- Written by \`npm run bench\`. -->

Measured on ${new Date().toISOString().slice(0, 10)} with ${MACHINE} (${cpus()[0]?.model ?? 'unknown'}). The DynamoDB engine is dynoxide ${optionalDependencies['@dynoxide/linux-x64']}, SES is aws-ses-v2-local ${devDependencies['aws-ses-v2-local']}, all on the same machine. The peer is the organization plugin of better-auth ${VERSION}, in the same process, with sessions in cookies, on SQLite and on the same DynamoDB engine, all with their data in memory. Each side checks a credential in each request (Muster remembers a token that it has verified) and sends no mails. The passes of the sides alternate. Compare the ratios, not the figures.

## Rows that miss their goal

${missed.length > 0 ? table(missed) : 'None.'}

What profiles say about them:

${reasonsOf(missed)}

${rows.some(({ points }) => points) ? `## Growth\n\n![Times of requests in organizations of several sizes](${relative(dirname(PAGE), PLOT)})\n\n` : ''}## All rows

${table(rows)}
`;
}

/** What CPU profiles and the rows about waiting say, by the rows that it explains. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /^(invite|accept|list of|remove a member)(?!.*CPU)/,
    'More than two thirds of a request is waiting for DynamoDB (rows `waiting for DynamoDB`). The engine is another process, and executes a change as one transaction with its conditions and its audit entry. SQLite in memory answers within the process. An acceptance writes seven items in one transaction; better-auth has no transaction on DynamoDB. Several requests at once wait for each other in the engine, which shares the two cores with the functions.',
  ],
  [
    /^CPU: /,
    'Milliseconds depend on the machine; the ratio to the floor does not. The floor sends calls only: it checks no token and no input, and builds no answer. The rest is mostly the signing and sending of calls by parts of the SDK.',
  ],
  [
    /^start with compile cache/,
    'Nearly half of it is the empty handler: Node itself. Then come loading the modules (`crypto`, `http`), and creating the zod schemas.',
  ],
  [
    /^first request/,
    'It compiles each function at its first call, connects to DynamoDB, and fetches and imports the keys of the issuer. Even the second request takes three times as long as a warm one.',
  ],
  [
    /^growth/,
    'A name in brackets says what such a request reads. Page numbers are for small lists; a cursor costs the same everywhere.',
  ],
  [
    /^sweep, mails/,
    'For each mail there are two writes that claim and record it, the composition of its text and HTML parts, and a signed request to SES. Writing several claims in one transaction would save calls, but costs twice the write units, which are the larger part of the bill.',
  ],
];

function reasonsOf(missed: readonly Row[]): string {
  return REASONS.filter(([pattern]) => missed.some(({ what }) => pattern.test(what)))
    .map(([pattern, reason]) => {
      const names = missed.filter(({ what }) => pattern.test(what)).map(({ what }) => `\`${what}\``);
      return `- ${[...new Set(names)].slice(0, 3).join(', ')}${new Set(names).size > 3 ? ' and others' : ''}: ${reason}`;
    })
    .join('\n');
}

function cellsOf(row: Row): string[] {
  const { what, figure, unit, reference, goal, ratios } = row;
  const ratio = ratioOf(row);
  const spread = ratios ? ` (${quartiles(ratios).map(rounded).join(' to ')})` : '';
  return [
    what,
    `${rounded(figure)} ${unit}`,
    reference ? `${rounded(reference.figure)} ${unit} ${reference.what}` : '',
    ratio === undefined ? '' : `${ratio.toFixed(2)}x${spread}`,
    goal ? goalText(goal, ratio === undefined ? ` ${unit}` : 'x') : '',
    goal ? (isMet(row) ? 'yes' : 'NO') : '',
  ];
}

function ratioOf({ figure, reference, ratios }: Row): number | undefined {
  if (ratios) return median(ratios);
  return reference && figure / reference.figure;
}

/** Rounds to three digits: a benchmark isn't more precise. */
function rounded(figure: number): string {
  return figure >= 100 || figure === 0 ? figure.toFixed(0) : figure.toPrecision(3);
}

function goalText(goal: NonNullable<Row['goal']>, unit: string): string {
  return 'atMost' in goal ? `<= ${goal.atMost}${unit}` : `>= ${goal.atLeast}${unit}`;
}

function isMet(row: Row): boolean {
  const { goal } = row;
  const value = ratioOf(row) ?? row.figure;
  if (!goal) return true;
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}
