import { CostExplorerClient } from "@aws-sdk/client-cost-explorer";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { CostExplorerHistory } from "#adapters/cost-explorer/cost-explorer-history.ts";
import { DynamoAllowance } from "#adapters/dynamodb/allowance.ts";
import { DynamoAnswerCache } from "#adapters/dynamodb/answer-cache.ts";
import { DynamoCheckpoints } from "#adapters/dynamodb/checkpoints.ts";
import { DynamoLeases } from "#adapters/dynamodb/leases.ts";
import { DynamoLiveIncidents } from "#adapters/dynamodb/live-incidents.ts";
import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import { OpenSearchIncidentMirror } from "#adapters/opensearch/incident-mirror.ts";
import { S3BlobStore } from "#adapters/s3/blob-store.ts";
import { S3SnapshotStore } from "#adapters/s3/snapshot-store.ts";
import { SecretReader } from "#adapters/secrets/secret-reader.ts";
import { SlackNotifier } from "#adapters/slack/slack-notifier.ts";
import { ChatNotifier, SnsNotifier } from "#adapters/sns/sns-notifier.ts";
import { parseUsdText } from "#core/domain/money.ts";
import { OutboxSweep } from "#core/live/say.ts";
import type { Notifier } from "#core/ports/notifier.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { deployedConfiguration } from "../shared/configuration.ts";
import { Organization } from "../shared/directory.ts";
import { watchKnowledge } from "../shared/knowledge.ts";
import { observed } from "../shared/observing.ts";
import { parseEnvironment } from "../shared/parse-environment.ts";
import { openSearch } from "../shared/search.ts";
import { environmentSchema } from "./environment.ts";
import { QBusinessConnector } from "./handler.ts";
import { type Listening, measuredAllowance, measuredNotifier } from "./measured.ts";

const environment = parseEnvironment(environmentSchema);
const config = deployedConfiguration(import.meta.url);
const now = Date.now;
const clock = { now };
const s3 = new S3Client({});
const dynamo = new DynamoDBClient({});
const blobs = new S3BlobStore(s3, environment.DATA_BUCKET);
const { connection, names } = openSearch(environment);
const organization = new Organization(new S3SnapshotStore(s3, environment.DATA_BUCKET), config, environment, now);
const listening: Listening = { current: null };

function notifiers(): readonly Notifier[] {
  const { ALERT_TOPIC_ARN, CHAT_TOPIC_ARN, SLACK_SECRET_ARN } = environment;
  const sns = new SNSClient({});
  const channels: Notifier[] = [new SnsNotifier(sns, ALERT_TOPIC_ARN)];
  if (CHAT_TOPIC_ARN !== null) channels.push(new ChatNotifier(sns, CHAT_TOPIC_ARN));
  if (SLACK_SECRET_ARN !== null) {
    const secrets = new SecretReader(new SecretsManagerClient({}), now);
    channels.push(new SlackNotifier((fresh) => secrets.read(SLACK_SECRET_ARN, fresh)));
  }
  return channels.map((channel) => measuredNotifier(channel, listening, now));
}

function costHistory(): CostExplorerHistory | null {
  const { COST_EXPLORER, COST_EXPLORER_REGION, COST_EXPLORER_MONTHLY_USD, STATE_TABLE } = environment;
  if (COST_EXPLORER === "off" || !environment.ENABLE_COST_ANALYSIS) return null;
  const limit = parseUsdText(COST_EXPLORER_MONTHLY_USD);
  return new CostExplorerHistory({
    client: new CostExplorerClient({ region: COST_EXPLORER_REGION }),
    allowance: measuredAllowance(new DynamoAllowance(dynamo, STATE_TABLE, limit, clock), listening),
    cache: new DynamoAnswerCache(dynamo, STATE_TABLE, blobs, clock),
    clock,
    onlyAccount: COST_EXPLORER === "account" ? environment.ACCOUNT_ID : null,
  });
}

const bill = costHistory();
const outbox = new OutboxSweep(
  {
    events: new OpenSearchEventStore(connection, names),
    incidents: new DynamoLiveIncidents(dynamo, environment.INCIDENTS_TABLE, blobs),
    checkpoints: new DynamoCheckpoints(dynamo, environment.STATE_TABLE, blobs),
    clock,
    notifiers: notifiers(),
    mirror: new OpenSearchIncidentMirror(connection, names, now),
    ...(bill === null ? {} : { costHistory: bill }),
  },
  { ...watchKnowledge(config, organization.directory), priceBook: createPriceBook() },
  {
    costAnalysis: environment.ENABLE_COST_ANALYSIS,
    rootCauseAnalysis: environment.ENABLE_ROOT_CAUSE_ANALYSIS,
    lookBackMinutes: environment.ANOMALY_EVAL_MINUTES,
  },
);
const connector = new QBusinessConnector({
  organization,
  leases: new DynamoLeases(dynamo, environment.STATE_TABLE, clock),
  outbox,
});

export const handler = observed({
  stage: environment.STAGE,
  functionName: "QBusinessConnector",
  work: async (event, invocation, observing) => {
    listening.current = observing;
    return connector.handle(event, invocation, observing);
  },
});
