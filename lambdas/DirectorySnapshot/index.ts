import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { S3Client } from "@aws-sdk/client-s3";
import { S3SnapshotStore } from "#adapters/s3/snapshot-store.ts";
import { observed } from "../shared/observing.ts";
import { parseEnvironment } from "../shared/parse-environment.ts";
import { environmentSchema } from "./environment.ts";
import { takeSnapshot } from "./handler.ts";

const environment = parseEnvironment(environmentSchema);
/** Organizations answers few requests a second for all callers together: patience, rather than more of them. */
const organizations = new OrganizationsClient({
  region: environment.ORGANIZATIONS_REGION,
  maxAttempts: 10,
  retryMode: "adaptive",
});
const snapshots = new S3SnapshotStore(new S3Client({}), environment.DATA_BUCKET);

export const handler = observed({
  stage: environment.STAGE,
  functionName: "DirectorySnapshot",
  work: (event, _invocation, observing) =>
    takeSnapshot(event, { organizations, snapshots, environment, now: Date.now }, observing),
});
