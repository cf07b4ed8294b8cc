import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { synthesize } from '../../cdk/synthesize.ts';
import { operatorCommand } from '../support/command.ts';
import { everything, everythingShared } from '../support/everything.ts';
import { useService } from '../support/service.ts';
import { compress, pack } from './archive.ts';

// `npm run record-release` records the released form of the table, and the functions (CONTRIBUTING.md, "Releasing").

const service = useService();

test('this version is recorded', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const directory = join(import.meta.dirname, version);
  await everything(service);
  await everythingShared(service);
  const file = join(directory, 'items.jsonl');
  const archive = pack(await synthesize());
  expect(archive.length).toBeLessThan(1_500_000);
  // A released form never changes: this fails if the directory exists.
  mkdirSync(directory);
  const options = ['--table', service.stack.table, '--out', file];
  expect(await operatorCommand(service, 'cdk/operator/export.ts', options)).toMatchObject({ code: 0 });
  writeFileSync(`${file}.br`, compress(readFileSync(file)));
  rmSync(file);
  writeFileSync(join(directory, 'assembly.br'), archive);
}, 400_000);
