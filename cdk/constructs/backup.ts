import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from 'aws-cdk-lib/aws-backup';
import { Schedule } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import type { ServiceTable } from './table.ts';

interface BackupProps {
  readonly table: ServiceTable;
  readonly backup: NonNullable<Config['backup']>;
  readonly removalPolicy: RemovalPolicy;
  readonly key: IKey | undefined;
}

/** Daily backups of the table by AWS Backup, with copies in vaults of other regions or accounts. */
export class Backup extends Construct {
  constructor(scope: Construct, id: string, { table, backup, removalPolicy, key }: BackupProps) {
    super(scope, id);
    const deleteAfter = Duration.days(backup.days);
    const backupVault = new BackupVault(this, 'Vault', { removalPolicy, ...(key && { encryptionKey: key }) });
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
