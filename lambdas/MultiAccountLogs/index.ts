import { S3Client } from "@aws-sdk/client-s3";
import { OpenSearchInsightLog } from "#adapters/opensearch/insight-log.ts";
import { S3Objects } from "#adapters/s3/objects.ts";
import { S3SnapshotStore } from "#adapters/s3/snapshot-store.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { deployedConfiguration } from "../shared/configuration.ts";
import { Organization } from "../shared/directory.ts";
import { observed } from "../shared/observing.ts";
import { Pace } from "../shared/pace.ts";
import { parseEnvironment } from "../shared/parse-environment.ts";
import { openSearch } from "../shared/search.ts";
import { environmentSchema } from "./environment.ts";
import { MultiAccountLogs } from "./handler.ts";
import { Ingest } from "./ingest.ts";
import { selfTest } from "./self-test.ts";

const environment = parseEnvironment(environmentSchema);
const config = deployedConfiguration(import.meta.url);
const s3 = new S3Client({});
const now = Date.now;
const snapshots = new S3SnapshotStore(s3, environment.DATA_BUCKET);
const organization = new Organization(snapshots, config, environment, now);
const priceBook = createPriceBook();
// The pace waits by itself; a request that has no answer soon is tried once more, and then counts as too much.
const { connection, names } = openSearch(environment, { timeoutMs: 20_000, pausesMs: [200] });
const insights = new OpenSearchInsightLog(connection, names, now);
const ingest = new Ingest({ names, pace: new Pace(connection), organization, insights, config, priceBook, now });
const logs = new MultiAccountLogs({
  ingest,
  organization,
  object: ({ bucket, key }) => new S3Objects(s3, bucket).get(key),
  selfTest: async () => selfTest(await organization.current(), environment, priceBook, now()),
  now,
});

export const handler = observed({
  stage: environment.STAGE,
  functionName: "MultiAccountLogs",
  work: (event, invocation, observing) => logs.handle(event, invocation, observing),
});
