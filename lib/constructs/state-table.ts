import { RemovalPolicy } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import type { KeyAttribute, TableDefinition } from "#adapters/dynamodb/tables.ts";

export interface StateTableProps {
  readonly definition: TableDefinition;
  readonly key: IKey;
  readonly removalPolicy: RemovalPolicy;
}

const TYPES = { S: AttributeType.STRING, N: AttributeType.NUMBER } as const;
const attribute = ({ name, type }: KeyAttribute) => ({ name, type: TYPES[type] });

/**
 * A table as its store defines it, encrypted, and recoverable to any second of the last five weeks. It has no name of ours:
 * one that is left when a deployment is destroyed would be in the way of the next.
 */
export class StateTable extends Table {
  constructor(scope: Construct, id: string, { definition, key, removalPolicy }: StateTableProps) {
    const { partitionKey, sortKey, localIndexes, ttlAttribute, stream } = definition;
    super(scope, id, {
      partitionKey: attribute(partitionKey),
      ...(sortKey ? { sortKey: attribute(sortKey) } : {}),
      ...(stream ? { stream: StreamViewType[stream.view] } : {}),
      timeToLiveAttribute: ttlAttribute,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
      removalPolicy,
    });
    for (const index of localIndexes) {
      this.addLocalSecondaryIndex({
        indexName: index.name,
        sortKey: attribute(index.sortKey),
        projectionType: ProjectionType.ALL,
      });
    }
  }
}
