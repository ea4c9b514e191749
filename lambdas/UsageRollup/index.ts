import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoCheckpoints } from "#adapters/dynamodb/checkpoints.ts";
import { DynamoFindingStore } from "#adapters/dynamodb/finding-store.ts";
import { DynamoLeases } from "#adapters/dynamodb/leases.ts";
import { DynamoModelStates } from "#adapters/dynamodb/model-states.ts";
import { OpenSearchArrivals } from "#adapters/opensearch/arrivals.ts";
import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import { deleteExpiredWithoutPolicy } from "#adapters/opensearch/documents/retention.ts";
import { OpenSearchDrillLog } from "#adapters/opensearch/drill-log.ts";
import { OpenSearchFirstUses } from "#adapters/opensearch/first-uses.ts";
import { OpenSearchInsightLog } from "#adapters/opensearch/insight-log.ts";
import { OpenSearchRollupStore } from "#adapters/opensearch/rollup-store.ts";
import { S3BlobStore } from "#adapters/s3/blob-store.ts";
import { S3SnapshotStore } from "#adapters/s3/snapshot-store.ts";
import { UsageWatch } from "#core/live/watch.ts";
import { deployedConfiguration } from "../shared/configuration.ts";
import { Organization } from "../shared/directory.ts";
import { watchKnowledge } from "../shared/knowledge.ts";
import { observed } from "../shared/observing.ts";
import { parseEnvironment } from "../shared/parse-environment.ts";
import { riskyAction } from "../shared/risk.ts";
import { openSearch } from "../shared/search.ts";
import { environmentSchema } from "./environment.ts";
import { UsageRollup } from "./handler.ts";

const environment = parseEnvironment(environmentSchema);
const config = deployedConfiguration(import.meta.url);
const now = Date.now;
const clock = { now };
const s3 = new S3Client({});
const dynamo = new DynamoDBClient({});
const blobs = new S3BlobStore(s3, environment.DATA_BUCKET);
const { connection, names } = openSearch(environment);
const organization = new Organization(new S3SnapshotStore(s3, environment.DATA_BUCKET), config, environment, now);

const watch = new UsageWatch(
  {
    events: new OpenSearchEventStore(connection, names),
    arrivals: new OpenSearchArrivals(connection, names, { riskyAction }),
    rollups: new OpenSearchRollupStore(connection, names, now),
    firstUses: new OpenSearchFirstUses(connection, names, now),
    insights: new OpenSearchInsightLog(connection, names, now),
    states: new DynamoModelStates(dynamo, environment.STATE_TABLE, blobs),
    findings: new DynamoFindingStore(dynamo, environment.FINDINGS_TABLE, blobs),
    checkpoints: new DynamoCheckpoints(dynamo, environment.STATE_TABLE, blobs),
    clock,
    drills: new OpenSearchDrillLog(connection, names),
  },
  watchKnowledge(config, organization.directory),
);
const rollup = new UsageRollup({
  organization,
  leases: new DynamoLeases(dynamo, environment.STATE_TABLE, clock),
  watch,
  tidy: async (at) => (await deleteExpiredWithoutPolicy(connection, names, config.opensearch, at))?.deleted ?? [],
  now,
});

export const handler = observed({
  stage: environment.STAGE,
  functionName: "UsageRollup",
  work: (event, invocation, observing) => rollup.handle(event, invocation, observing),
});
