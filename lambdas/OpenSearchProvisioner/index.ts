import { S3Client } from "@aws-sdk/client-s3";
import { S3AuditLog } from "#adapters/s3/audit-log.ts";
import { S3SnapshotStore } from "#adapters/s3/snapshot-store.ts";
import { deployedConfiguration } from "../shared/configuration.ts";
import { answerCustomResource } from "../shared/custom-resource.ts";
import { observed } from "../shared/observing.ts";
import { parseEnvironment } from "../shared/parse-environment.ts";
import { openSearch } from "../shared/search.ts";
import { environmentSchema } from "./environment.ts";
import { eventSchema } from "./event.ts";
import { OpenSearchProvisioner } from "./handler.ts";

const environment = parseEnvironment(environmentSchema);
const s3 = new S3Client({});
const { connection } = openSearch(environment);
const provisioner = new OpenSearchProvisioner({
  connection,
  // Dashboards of a domain are behind its own address.
  dashboards: { connection, basePath: "/_dashboards", tenant: "global" },
  namespace: environment.OPENSEARCH_NAMESPACE,
  config: deployedConfiguration(import.meta.url),
  snapshots: new S3SnapshotStore(s3, environment.DATA_BUCKET, "provisioning/"),
  audit: new S3AuditLog(s3, environment.DATA_BUCKET),
  now: Date.now,
});

export const handler = observed({
  stage: environment.STAGE,
  functionName: "OpenSearchProvisioner",
  work: async (event, invocation, observing) => {
    switch (eventSchema.parse(event)) {
      case "look":
        return await provisioner.look();
      case "schedule":
        return await provisioner.again(observing);
      case "request":
        return await answerCustomResource(event, invocation, provisioner.physicalId, (request) =>
          provisioner.answer(request, observing),
        );
    }
  },
});
