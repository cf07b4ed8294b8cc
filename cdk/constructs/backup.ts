import { createHash } from 'node:crypto';
import { Aws, Duration, Fn, type RemovalPolicy } from 'aws-cdk-lib';
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from 'aws-cdk-lib/aws-backup';
import { Schedule } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import type { ServiceTable } from './table.ts';

interface BackupProps {
  /** The name of the deployment. */
  readonly name: string;
  readonly table: ServiceTable;
  readonly backup: NonNullable<Config['backup']>;
  readonly removalPolicy: RemovalPolicy;
  readonly key: IKey | undefined;
}

/** Daily backups of the table by AWS Backup, with copies in vaults of other regions or accounts. */
export class Backup extends Construct {
  constructor(scope: Construct, id: string, { name, table, backup, removalPolicy, key }: BackupProps) {
    super(scope, id);
    const deleteAfter = Duration.days(backup.days);
    const backupVault = new BackupVault(this, 'Vault', {
      backupVaultName: vaultName(name, key),
      removalPolicy,
      ...(key && { encryptionKey: key }),
    });
    const plan = new BackupPlan(this, 'Plan', {
      backupPlanRules: [
        new BackupPlanRule({
          backupVault,
          scheduleExpression: Schedule.cron({ hour: '3', minute: '0' }),
          deleteAfter,
          copyActions: backup.copyTo.map((arn, index) => ({
            destinationBackupVault: BackupVault.fromBackupVaultArn(this, `Copy${index}`, arn),
            deleteAfter,
          })),
        }),
      ],
    });
    plan.addSelection('Table', { resources: [BackupResource.fromArn(table.tableArn)] });
  }
}

/**
 * Returns a name of the vault that no other one has: that of a removed stack stays with its backups, and a vault with
 * another key is another one. A vault has to have a name.
 */
function vaultName(name: string, key: IKey | undefined): string {
  const ofKey = key ? `-${createHash('sha256').update(key.keyArn).digest('hex').slice(0, 6)}` : '';
  const ofStack = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
  return `${name.slice(0, 30)}-${ofStack}${ofKey}`;
}
