import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoCheckpoints } from "#adapters/dynamodb/checkpoints.ts";
import { DynamoFindingStore } from "#adapters/dynamodb/finding-store.ts";
import { DynamoLeases } from "#adapters/dynamodb/leases.ts";
import { DynamoLiveIncidents } from "#adapters/dynamodb/live-incidents.ts";
import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import { OpenSearchFirstUses } from "#adapters/opensearch/first-uses.ts";
import { S3BlobStore } from "#adapters/s3/blob-store.ts";
import { S3SnapshotStore } from "#adapters/s3/snapshot-store.ts";
import { IncidentKeeper } from "#core/live/keep-incidents.ts";
import type { Fence } from "#core/ports/leases.ts";
import { deployedConfiguration } from "../shared/configuration.ts";
import { Organization } from "../shared/directory.ts";
import { watchKnowledge } from "../shared/knowledge.ts";
import { observed } from "../shared/observing.ts";
import { parseEnvironment } from "../shared/parse-environment.ts";
import { openSearch } from "../shared/search.ts";
import { environmentSchema } from "./environment.ts";
import { Forest } from "./forest.ts";
import { CrossAccountAnomalyProcessor } from "./handler.ts";

const environment = parseEnvironment(environmentSchema);
const config = deployedConfiguration(import.meta.url);
const now = Date.now;
const clock = { now };
const s3 = new S3Client({});
const dynamo = new DynamoDBClient({});
const blobs = new S3BlobStore(s3, environment.DATA_BUCKET);
const { connection, names } = openSearch(environment);
const organization = new Organization(new S3SnapshotStore(s3, environment.DATA_BUCKET), config, environment, now);
const forest = new Forest(connection, names, config);

const keeper = new IncidentKeeper(
  {
    events: new OpenSearchEventStore(connection, names),
    findings: new DynamoFindingStore(dynamo, environment.FINDINGS_TABLE, blobs),
    firstUses: new OpenSearchFirstUses(connection, names, now),
    incidents: new DynamoLiveIncidents(dynamo, environment.INCIDENTS_TABLE, blobs),
    checkpoints: new DynamoCheckpoints(dynamo, environment.STATE_TABLE, blobs),
    clock,
    secondOpinion: forest,
  },
  watchKnowledge(config, organization.directory),
);
const processor = new CrossAccountAnomalyProcessor({
  organization,
  leases: new DynamoLeases(dynamo, environment.STATE_TABLE, clock),
  keeper: {
    run: (fence: Fence) => {
      forest.begin();
      return keeper.run(fence);
    },
  },
});

export const handler = observed({
  stage: environment.STAGE,
  functionName: "CrossAccountAnomalyProcessor",
  work: (event, invocation, observing) => processor.handle(event, invocation, observing),
});
