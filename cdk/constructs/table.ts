import type { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  type CfnGlobalTable,
  type ITableV2,
  ProjectionType,
  StreamViewType,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** The index of due items. */
export const DUE_INDEX = 'due';

/** The table of the functions. */
export type ServiceTable = Table | AdoptedTable;
type AdoptedTable = ITableV2 & { readonly dueIndexArn: string };

/**
 * Returns an existing table, for example a restored one, without a resource in the stack: its protection, point-in-time
 * recovery and time to live are as they are.
 */
export function adoptedTable(scope: Construct, id: string, name: string): AdoptedTable {
  const table = TableV2.fromTableName(scope, id, name);
  return Object.assign(table, { dueIndexArn: `${table.tableArn}/index/${DUE_INDEX}` });
}

interface TableProps {
  readonly protect: boolean;
  readonly removalPolicy: RemovalPolicy;
  /** Whether it has a stream of new items, for events. */
  readonly hasStream: boolean;
  /** The key that encrypts it, if it isn't DynamoDB's own. */
  readonly key: IKey | undefined;
}

/**
 * The one table: on demand, with point-in-time recovery. It is a global table, since a later change of the type would
 * replace it. `ttl` only removes garbage.
 */
export class Table extends TableV2 {
  readonly dueIndexArn: string;

  constructor(scope: Construct, id: string, { protect, removalPolicy, hasStream, key }: TableProps) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: DUE_INDEX,
          partitionKey: { name: 'due', type: AttributeType.STRING },
          sortKey: { name: 'dueAt', type: AttributeType.STRING },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
      timeToLiveAttribute: 'ttl',
      ...(hasStream && { dynamoStream: StreamViewType.NEW_IMAGE }),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: protect,
      removalPolicy,
    });
    if (key) {
      // TableEncryptionV2.customerManagedKey needs the region of the stack at the synthesis.
      const table = this.node.defaultChild as CfnGlobalTable;
      table.addPropertyOverride('SSESpecification', { SSEEnabled: true, SSEType: 'KMS' });
      table.addPropertyOverride('Replicas.0.SSESpecification', { KMSMasterKeyId: key.keyArn });
    }
    this.dueIndexArn = `${this.tableArn}/index/${DUE_INDEX}`;
  }
}
