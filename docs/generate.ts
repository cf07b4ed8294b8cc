import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openapi } from './openapi.ts';
import { endpointsPage, errorsPage } from './reference-pages.ts';
import { tablePage } from './table-page.ts';

/** Returns the documents generated from the declarations: file name in `docs` -> content. */
export function documents(): Readonly<Record<string, string>> {
  return {
    'openapi.json': `${JSON.stringify(openapi(), null, 2)}\n`,
    'endpoints.md': endpointsPage(),
    'errors.md': errorsPage(),
    'table.md': tablePage(),
  };
}

/** Returns the names of the documents that are missing in `directory` or out of date. */
export function staleDocuments(directory: string): string[] {
  return Object.entries(documents())
    .filter(([file, text]) => {
      const path = join(directory, file);
      return !existsSync(path) || readFileSync(path, 'utf8') !== text;
    })
    .map(([file]) => file);
}

/** `node docs/generate.ts` writes the documents; with `--check` it only checks whether they are up to date. */
function main(): void {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const stale = staleDocuments(import.meta.dirname);
  if (!values.check) {
    const current = documents();
    for (const file of stale) writeFileSync(join(import.meta.dirname, file), current[file] ?? '');
  } else if (stale.length > 0) {
    console.error(`Out of date: ${stale.map((file) => `docs/${file}`).join(', ')}. Run npm run docs.`);
    process.exitCode = 1;
  }
}

if (import.meta.main) main();
