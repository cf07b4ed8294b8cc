import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clientFiles } from './client.ts';
import { eventRegistry, eventSchemas, eventsPage } from './events.ts';
import { OPENAPI_FILES, openapi } from './openapi.ts';
import { endpointsPage, errorsPage } from './reference-pages.ts';
import { tablePage } from './table-page.ts';

/** Returns what is generated from the declarations: documents, and a part of the client. Path from the root -> content. */
export function documents(): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(
      (Object.keys(OPENAPI_FILES) as (keyof typeof OPENAPI_FILES)[]).map((file) => [
        `docs/${file}.json`,
        `${JSON.stringify(openapi(file), null, 2)}\n`,
      ]),
    ),
    'docs/endpoints.md': endpointsPage(),
    'docs/errors.md': errorsPage(),
    'docs/events.json': `${JSON.stringify(eventSchemas(), null, 2)}\n`,
    'docs/event-registry.json': `${JSON.stringify(eventRegistry(), null, 2)}\n`,
    'docs/events.md': eventsPage(),
    'docs/table.md': tablePage(),
    ...clientFiles(),
  };
}

/** Returns the paths of the files that are missing below `directory` or out of date. */
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
  const root = join(import.meta.dirname, '..');
  const stale = staleDocuments(root);
  if (!values.check) {
    const current = documents();
    for (const file of stale) writeFileSync(join(root, file), current[file] ?? '');
  } else if (stale.length > 0) {
    console.error(`Out of date: ${stale.join(', ')}. Run npm run docs.`);
    process.exitCode = 1;
  }
}

if (import.meta.main) main();
