/** `node test/docs/scale.ts` writes the tables of docs/scale.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';
import { withTables } from '../bench/limits/tables.ts';

const PAGE = join(ROOT, 'docs', 'scale.md');
writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8')));
