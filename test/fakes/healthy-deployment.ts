import { STACKS } from "#core/config/deployment/names.ts";
import { FUNCTIONS, type FunctionBase } from "#core/doctor/deployed.ts";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import type { DeploymentView, FunctionFacts, MetricQuery } from "#core/ports/deployment-view.ts";

export const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const REGION = "eu-west-1";
const ACCOUNT = "111122223333";
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:trailwatch-alerts`;
export const LOG_GROUP = "/trailwatch/trail";
export const arnOf = (base: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${base}`;

const ENVIRONMENTS: Readonly<Partial<Record<FunctionBase, Readonly<Record<string, string>>>>> = {
  MultiAccountLogsFunction: { ORGANIZATION_ID: "o-exampleorgid", DATA_BUCKET: "data" },
  QBusinessConnectorFunction: {
    ALERT_TOPIC_ARN: TOPIC,
    COST_EXPLORER: "organization",
    SLACK_SECRET_ARN: "",
    INCIDENTS_TABLE: "incidents",
  },
  RedriveFunction: { LOG_GROUP_NAME: LOG_GROUP, TRAIL_BUCKET: "trail-bucket", FAILURE_QUEUE_URLS: "" },
};

export const aFunction = (base: FunctionBase): FunctionFacts => ({
  name: base,
  arn: arnOf(base),
  state: "Active",
  reason: "",
  concurrency: base === "MultiAccountLogsFunction" ? 10 : null,
  environment: ENVIRONMENTS[base] ?? {},
  sources: [],
  invokers:
    base === "MultiAccountLogsFunction"
      ? [
          {
            principal: "logs.amazonaws.com",
            sourceArn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${LOG_GROUP}:*`,
          },
        ]
      : [],
});

export const SELF_TEST = {
  ok: true,
  problem: null,
  enrichment: {
    ENABLE_ACCOUNT_ENRICHMENT: true,
    ENABLE_ORG_CONTEXT: true,
    organizationId: "o-exampleorgid",
    accountsKnown: 42,
    snapshotAgeMinutes: 7,
  },
};

const store = (pattern: string, documents: number) => ({
  pattern,
  indices: 1,
  documents,
  bytes: 1000,
  newest: NOW - 6 * MINUTE,
  broken: [] as string[],
});

export const CLUSTER = {
  engine: { version: "3.7.0", plugins: [] },
  versions: { mappings: 1 } as object | null,
  stores: [store("usage-events-*", 1234), store("usage-rollups-*", 567), store("trailwatch-incidents", 3)],
  retention: { by: "policy", eventDays: 30, rollupDays: 400 },
  detectors: [
    {
      name: "trailwatch-instances",
      title: "instances",
      condition: "running",
      error: "",
      entities: { covered: 3, total: 3, names: [] },
    },
  ] as object[] | null,
  coverage: { active: 3, excluded: [] as string[] },
  monitor: { enabled: true, channel: "trailwatch-bell" } as object | null,
};

/** Answers of a metric by its name; what is not named was not measured. */
export const METRICS_OF_HEALTH: Readonly<Record<string, number>> = {
  Invocations: 60,
  Errors: 0,
  Throttles: 0,
  RecordsRead: 12_000,
  DeliveryDelay: 290,
  IndexDelay: 300,
  RollUpAge: 1500,
  IncidentsUnsaid: 0,
};

/** A pipeline in which all is well; a test breaks what it is about. */
export function healthyDeployment(): { -readonly [Name in keyof DeploymentView]: DeploymentView[Name] } {
  const logGroupArn = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${LOG_GROUP}:*`;
  return {
    stack: async (name) => ({ name, status: STACKS.some((part) => name.includes(part)) ? "UPDATE_COMPLETE" : null }),
    function: async (name) => {
      const base = FUNCTIONS.find((one) => one === name);
      return base === undefined ? null : aFunction(base);
    },
    trails: async () => [
      {
        name: "org-trail-trailwatch",
        arn: `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/org-trail-trailwatch`,
        homeRegion: REGION,
        isOrganization: true,
        bucket: "trail-bucket",
        logGroupArn,
      },
    ],
    trailStatus: async () => ({
      isLogging: true,
      lastDelivery: NOW - 5 * MINUTE,
      deliveryError: "",
      lastLogsDelivery: NOW - 3 * MINUTE,
      logsDeliveryError: "",
    }),
    subscriptionFilters: async () => [
      { name: "trailwatch", destinationArn: arnOf("MultiAccountLogsFunction"), pattern: "" },
    ],
    ask: async (name) => (name.startsWith("MultiAccountLogs") ? SELF_TEST : CLUSTER),
    topicSubscriptions: async () => [{ protocol: "email", endpoint: "security-team@company.com", confirmed: true }],
    bill: async () => {},
    failedBatches: async () => ({ count: 0, earliest: null, sources: [] }),
    waiting: async () => 0,
    queues: async () =>
      new Map([
        ["Missed1A2B", "https://sqs/missed"],
        ["TrailFilesQueue3C", "https://sqs/files"],
      ]),
    readRoles: async () => [{ account: "444455556666", status: "CURRENT", reason: "" }],
    metrics: async (queries: readonly MetricQuery[]) => queries.map(({ name }) => METRICS_OF_HEALTH[name] ?? null),
    ringing: async () => [],
    secretExists: async () => true,
  };
}

export const LONG_AGO = NOW - 5 * HOUR;
