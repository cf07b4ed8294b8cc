import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../lib/domain/ids.ts';
import { keys } from '../../lib/table/keys.ts';
import { transact } from '../../lib/table/write.ts';
import { operatorCommand } from '../support/command.ts';
import { writeMany } from '../support/engine.ts';
import { useService } from '../support/service.ts';
import { useTableOf } from '../support/sharing.ts';

const service = useService();

test('the memory of check-table and export doesn’t grow with an organization', async () => {
  useTableOf(service);
  const directory = mkdtempSync(join(tmpdir(), 'muster-'));
  const { id: organizationId } = await service.organization();
  const now = new Date();
  const at = now.toISOString();
  // Revoked invitations of erased people have no other row.
  const invitation = {
    ...{ type: 'Invitation', organizationId, email: 'erased@erased.invalid', status: 'REVOKED', reminders: 0 },
    ...{ role: 'USER', expiresAt: at, createdAt: at, padding: 'x'.repeat(36_000) },
  };
  const made = Array.from({ length: 2000 }, () => {
    const id = newId('invitation', now);
    return { key: keys.invitation(organizationId, id), item: { ...invitation, id } };
  });
  await writeMany(service.stack, made);
  const update = { type: 'update', key: keys.counter(organizationId, 0), set: { type: 'Counters' } } as const;
  await transact([{ ...update, add: { invitations: made.length } }]);
  try {
    // Node itself needs most of it; the items have 72 MB as text.
    const run = (script: string, ...options: string[]) => {
      const given = ['--table', service.stack.table, ...options];
      return operatorCommand(service, `cdk/operator/${script}.ts`, given, ['--max-old-space-size=48']);
    };
    const found = await run('check-table');
    expect(found).toMatchObject({ code: 0, err: '' });
    expect(found.out).toMatch(/Checked 2\d{3} items: no errors\./);
    for (const options of [[], ['--organization', organizationId]]) {
      const file = join(directory, `${options.length}.jsonl`);
      expect(await run('export', '--out', file, ...options)).toEqual({ code: 0, out: '', err: '' });
      expect(statSync(file).size).toBeGreaterThan(72_000_000);
    }
  } finally {
    rmSync(directory, { recursive: true });
    await writeMany(
      service.stack,
      made.map(({ key }) => ({ key })),
    );
    await transact([{ ...update, add: { invitations: -made.length } }]);
  }
}, 300_000);
