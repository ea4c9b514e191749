import {
  CreateTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import type { KeyAttribute, TableDefinition } from "#adapters/dynamodb/tables.ts";

let made = 0;

/** Makes a table as the deployment does; resolves with its name. */
export async function makeTable(client: DynamoDBClient, definition: TableDefinition): Promise<string> {
  const { purpose, partitionKey, sortKey, localIndexes, ttlAttribute, stream } = definition;
  const TableName = `trailwatch-${purpose}-${++made}`;
  const attributes = [partitionKey, ...(sortKey ? [sortKey] : []), ...localIndexes.map((index) => index.sortKey)];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: attributes.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
      KeySchema: keySchema(partitionKey, sortKey),
      ...(localIndexes.length === 0
        ? {}
        : {
            LocalSecondaryIndexes: localIndexes.map((index) => ({
              IndexName: index.name,
              KeySchema: keySchema(partitionKey, index.sortKey),
              Projection: { ProjectionType: "ALL" },
            })),
          }),
      ...(stream ? { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.view } } : {}),
    }),
  );
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { AttributeName: ttlAttribute, Enabled: true },
    }),
  );
  return TableName;
}

const keySchema = (partition: KeyAttribute, sort?: KeyAttribute): KeySchemaElement[] => [
  { AttributeName: partition.name, KeyType: "HASH" },
  ...(sort ? [{ AttributeName: sort.name, KeyType: "RANGE" as const }] : []),
];
