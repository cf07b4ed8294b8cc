/** `npm run operator-key -- create|list|rotate|revoke`: credentials of the deployment (docs/integrations.md). */
import { OPERATOR_PERMISSIONS } from '../../lib/domain/operator-key.ts';
import { manageOperatorKeys, type ShownOperatorKey } from '../../lib/organizations/operator-actions.ts';
import { command, connect, UsageError } from './connect.ts';

const USAGE = `Usage: npm run -s operator-key -- create --name NAME --permissions LIST [--days N] [options]
       npm run -s operator-key -- list [options]
       npm run -s operator-key -- rotate ID [--overlap-hours N] [options]
       npm run -s operator-key -- revoke ID [options]

Credentials of the deployment, for programs of its operator. They act in all organizations, within named permissions.
A new key is printed once, as the only line of standard output.

  --permissions LIST   separated by commas: ${OPERATOR_PERMISSIONS.slice(0, 4).join(', ')},
                       ${OPERATOR_PERMISSIONS.slice(4).join(', ')}
  --days N             the key expires after so many days; default: never
  --overlap-hours N    the replaced key works for so many hours more, at most 24; default: not at all
  --table NAME         the table of a deployment, its output TableName; default: the running local stack
  --help

It uses the AWS credentials and the region of the environment.
`;

const OPTIONS = {
  name: { type: 'string' },
  permissions: { type: 'string' },
  days: { type: 'string' },
  'overlap-hours': { type: 'string' },
} as const;

type Given = { readonly [K in keyof typeof OPTIONS]?: string | undefined };

/** Returns the event for `manageOperatorKeys`. @throws UsageError for an unknown action */
function eventOf(action: string | undefined, id: string | undefined, given: Given): object {
  const { name, permissions = '', days, 'overlap-hours': hours } = given;
  switch (action) {
    case 'create': {
      const list = permissions.split(',').map((each) => each.trim());
      return {
        action,
        name,
        permissions: list.filter(Boolean),
        ...(days !== undefined && { expiresInDays: Number(days) }),
      };
    }
    case 'list':
      return { action };
    case 'rotate':
      return { action, id, ...(hours !== undefined && { overlapHours: Number(hours) }) };
    case 'revoke':
      return { action, id };
    default:
      throw new UsageError('Name what to do: create, list, rotate or revoke.');
  }
}

function line({ id, name, permissions, expiresAt, previousUntil }: ShownOperatorKey): string {
  const expiry = expiresAt === null ? 'never expires' : `expires ${expiresAt}`;
  const previous = previousUntil === null ? '' : `, the replaced key works until ${previousUntil}`;
  return `${id}  ${name}  ${permissions.join(',')}  ${expiry}${previous}\n`;
}

await command({
  usage: USAGE,
  options: OPTIONS,
  positionals: 2,
  async run({ values: { table, ...given }, positionals: [action, id] }) {
    const event = eventOf(action, id, given);
    await connect(table);
    const answer = await manageOperatorKeys(event, new Date());
    if ('errors' in answer) throw new UsageError(answer.errors.join('\n'));
    if ('keys' in answer) process.stdout.write(answer.keys.map(line).join(''));
    else if ('revoked' in answer) process.stderr.write(`Revoked ${answer.revoked}.\n`);
    else {
      process.stderr.write(line(answer.key));
      process.stdout.write(`${answer.token}\n`);
    }
    return 0;
  },
});
