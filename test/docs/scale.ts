/** `node test/docs/scale.ts` writes the computed tables of docs/scale.md and docs/cost.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';
import { tablesOfCost, tablesOfScale, withTables } from '../bench/limits/tables.ts';

for (const [name, tables] of Object.entries({ 'scale.md': tablesOfScale(), 'cost.md': tablesOfCost() })) {
  const page = join(ROOT, 'docs', name);
  writeFileSync(page, withTables(readFileSync(page, 'utf8'), tables));
}
