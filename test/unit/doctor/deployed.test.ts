import { describe, expect, test } from "@jest/globals";
import { runChecks, type Standing, tally } from "#core/doctor/check.ts";
import { type FunctionBase, findDeployed } from "#core/doctor/deployed.ts";
import { deployedChecks } from "#core/doctor/deployed-checks.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { FunctionFacts } from "#core/ports/deployment-view.ts";
import {
  aFunction,
  arnOf,
  CLUSTER,
  healthyDeployment,
  LONG_AGO,
  METRICS_OF_HEALTH,
  NOW,
  SELF_TEST,
} from "../../fakes/healthy-deployment.ts";

type View = ReturnType<typeof healthyDeployment>;

async function examined(view: View, stage = "default") {
  const about = await findDeployed(view, { stage, region: "eu-west-1", now: NOW });
  return runChecks(deployedChecks(), view, about);
}

test("of a pipeline in which all is well nothing is said but that", async () => {
  const results = await examined(healthyDeployment());
  expect(tally(results)).toEqual({ ok: 17, warning: 0, wrong: 0, unknown: 0, skipped: 2 });
  expect(results.filter(({ standing }) => standing === "skipped").map(({ id }) => id)).toEqual(["slack", "q-business"]);
  for (const { todo } of results) expect(todo).toEqual([]);
  expect(results.map(({ id }) => id)).toEqual([...new Set(results.map(({ id }) => id))]);
});

const withFunction = (base: FunctionBase, change: Partial<FunctionFacts> | null) => (view: View) => {
  const before = view.function;
  view.function = async (name) => {
    if (name !== base) return before(name);
    return change === null ? null : { ...aFunction(base), ...change };
  };
};
const withEnvironment = (base: FunctionBase, change: Readonly<Record<string, string>>) =>
  withFunction(base, { environment: { ...aFunction(base).environment, ...change } });
const withCluster = (change: object) => (view: View) => {
  const before = view.ask;
  view.ask = async (name, payload) =>
    name.startsWith("OpenSearchProvisioner") ? { ...CLUSTER, ...change } : before(name, payload);
};
const withMetrics = (change: Readonly<Record<string, number>>) => (view: View) => {
  view.metrics = async (queries) => queries.map(({ name }) => ({ ...METRICS_OF_HEALTH, ...change })[name] ?? null);
};
const withTrail = (change: object) => (view: View) => {
  const before = view.trailStatus;
  view.trailStatus = async (trail) => ({ ...(await before(trail)), ...change });
};
const refused = (code: "AWS_DATA_UNAVAILABLE" | "AWS_ACCESS_DENIED" | "AWS_THROTTLED") => async () => {
  throw new TrailwatchError(code, `refused with ${code}`, "ask for it");
};
const bucketPath = (view: View) => {
  withEnvironment("RedriveFunction", { LOG_GROUP_NAME: "", FAILURE_QUEUE_URLS: "https://sqs/given-up" })(view);
  const source = { arn: "arn:aws:sqs:eu-west-1:1:files", state: "Enabled", lastResult: "OK" };
  withFunction("MultiAccountLogsFunction", { sources: [source] })(view);
};

interface Fault {
  readonly what: string;
  readonly break: (view: View) => void;
  /** The check that says it, how, and what of it. */
  readonly check: string;
  readonly standing: Standing;
  readonly says: RegExp;
  readonly todo: RegExp;
  /** Others that cannot but say something too. */
  readonly also?: readonly string[];
}

const FAULTS: readonly Fault[] = [
  {
    what: "a stack that is not there",
    break: (view) => {
      const before = view.stack;
      view.stack = async (name) => (name.endsWith("Accounts") ? { name, status: null } : before(name));
    },
    check: "stacks",
    standing: "wrong",
    says: /not there: Trailwatch-Accounts/,
    todo: /cdk deploy --all/,
  },
  {
    what: "a stack whose update was rolled back",
    break: (view) => {
      view.stack = async (name) => ({
        name,
        status: name.endsWith("Search") ? "UPDATE_ROLLBACK_COMPLETE" : "CREATE_COMPLETE",
      });
    },
    check: "stacks",
    standing: "wrong",
    says: /Trailwatch-Search \(UPDATE_ROLLBACK_COMPLETE\)/,
    todo: /stack's events/,
  },
  {
    what: "a stack that is being changed",
    break: (view) => {
      view.stack = async (name) => ({ name, status: "UPDATE_IN_PROGRESS" });
    },
    check: "stacks",
    standing: "warning",
    says: /being changed/,
    todo: /come to its end/,
  },
  {
    what: "no trail",
    break: (view) => {
      view.trails = async () => [];
    },
    check: "trail",
    standing: "wrong",
    says: /no trail is found/,
    todo: /starts_with\(Name, 'org-trail-'\)/,
  },
  {
    what: "a trail that was stopped",
    break: withTrail({ isLogging: false }),
    check: "trail",
    standing: "wrong",
    says: /does not log/,
    todo: /aws cloudtrail start-logging --name arn:aws:cloudtrail/,
  },
  {
    what: "a trail of one account",
    break: (view) => {
      const before = view.trails;
      view.trails = async () => (await before()).map((trail) => ({ ...trail, isOrganization: false }));
    },
    check: "trail",
    standing: "wrong",
    says: /no organization trail/,
    todo: /deployment\.trail/,
  },
  {
    what: "a trail that cannot write its log group",
    break: withTrail({ logsDeliveryError: "AccessDenied" }),
    check: "trail",
    standing: "wrong",
    says: /do not reach the log group: AccessDenied/,
    todo: /role that CloudTrail writes with/,
  },
  {
    what: "a trail that delivered nothing for hours",
    break: withTrail({ lastDelivery: LONG_AGO, lastLogsDelivery: LONG_AGO }),
    check: "trail",
    standing: "warning",
    says: /5 hours ago/,
    todo: /health dashboard/,
  },
  {
    what: "a log group whose subscription is gone",
    break: (view) => {
      view.subscriptionFilters = async () => [
        { name: "siem", destinationArn: "arn:aws:kinesis:eu-west-1:1:stream/siem", pattern: "" },
      ];
    },
    check: "subscription",
    standing: "wrong",
    says: /no subscription of \/trailwatch\/trail leads to it; there are siem/,
    todo: /room for two/,
  },
  {
    what: "a subscription that drops events",
    break: (view) => {
      view.subscriptionFilters = async () => [
        { name: "trailwatch", destinationArn: arnOf("MultiAccountLogsFunction"), pattern: "{ $.readOnly = false }" },
      ];
    },
    check: "subscription",
    standing: "warning",
    says: /only events through that match/,
    todo: /empty pattern/,
  },
  {
    what: "a queue that is no longer read",
    break: (view) => {
      bucketPath(view);
      const source = { arn: "arn:aws:sqs:eu-west-1:1:files", state: "Disabled", lastResult: "USER_INITIATED" };
      withFunction("MultiAccountLogsFunction", { sources: [source] })(view);
    },
    check: "subscription",
    standing: "wrong",
    says: /files is Disabled/,
    todo: /trigger/,
    also: ["permission"],
  },
  {
    what: "CloudWatch Logs without permission",
    break: withFunction("MultiAccountLogsFunction", { invokers: [] }),
    check: "permission",
    standing: "wrong",
    says: /does not let \/trailwatch\/trail call it/,
    todo: /cdk deploy/,
  },
  {
    what: "a function that is not there",
    break: withFunction("UsageRollupFunction", null),
    check: "functions",
    standing: "wrong",
    says: /not there: UsageRollupFunction/,
    todo: /cdk deploy/,
  },
  {
    what: "a function that cannot start",
    break: withFunction("UsageRollupFunction", { state: "Inactive", reason: "KMSKeyDisabled" }),
    check: "functions",
    standing: "wrong",
    says: /UsageRollupFunction is Inactive: KMSKeyDisabled/,
    todo: /lost its key/,
  },
  {
    what: "a function that is switched off",
    break: withFunction("QBusinessConnectorFunction", { concurrency: 0 }),
    check: "functions",
    standing: "wrong",
    says: /switched off: QBusinessConnectorFunction/,
    todo: /delete-function-concurrency --function-name QBusinessConnectorFunction/,
  },
  {
    what: "functions that fail",
    break: withMetrics({ Errors: 40 }),
    check: "functions",
    standing: "wrong",
    says: /MultiAccountLogsFunction failed 40 of 60 times/,
    todo: /aws logs tail/,
  },
  {
    what: "functions that fail now and then",
    break: withMetrics({ Errors: 2, Throttles: 1 }),
    check: "functions",
    standing: "warning",
    says: /2 failures, 1 throttle/,
    todo: /ingestConcurrency/,
  },
  {
    what: "schedules that are off",
    break: withMetrics({ Invocations: 0 }),
    check: "functions",
    standing: "wrong",
    says: /not called in the last hour: UsageRollupFunction/,
    todo: /EventBridge Scheduler/,
  },
  {
    what: "an old snapshot of the organization",
    break: (view) => {
      const before = view.ask;
      view.ask = async (name, payload) =>
        name.startsWith("MultiAccountLogs")
          ? { ...SELF_TEST, problem: "the snapshot of the organization is 95 minutes old" }
          : before(name, payload);
    },
    check: "directory",
    standing: "wrong",
    says: /95 minutes old/,
    todo: /--function-name DirectorySnapshotFunction/,
  },
  {
    what: "enrichment that is off",
    break: (view) => {
      const before = view.ask;
      view.ask = async (name, payload) =>
        name.startsWith("MultiAccountLogs")
          ? { ...SELF_TEST, enrichment: { ...SELF_TEST.enrichment, ENABLE_ORG_CONTEXT: false } }
          : before(name, payload);
    },
    check: "directory",
    standing: "warning",
    says: /ENABLE_ORG_CONTEXT switched off/,
    todo: /deployment\.environment/,
  },
  {
    what: "an index that lacks data",
    break: withCluster({
      stores: CLUSTER.stores.map((one) => ({
        ...one,
        broken: one.pattern === "usage-events-*" ? ["usage-events-2026.11.19"] : [],
      })),
    }),
    check: "cluster",
    standing: "wrong",
    says: /usage-events-2026\.11\.19/,
    todo: /free storage/,
  },
  {
    what: "a cluster that is not provisioned",
    break: withCluster({ versions: null }),
    check: "cluster",
    standing: "warning",
    says: /not provisioned completely/,
    todo: /--function-name OpenSearchProvisionerFunction/,
  },
  {
    what: "a cluster without events",
    break: withCluster({ stores: [] }),
    check: "indices",
    standing: "wrong",
    says: /no event is stored yet/,
    todo: /quarter of an hour/,
  },
  {
    what: "events that are old",
    break: withCluster({ stores: CLUSTER.stores.map((one) => ({ ...one, newest: LONG_AGO })) }),
    check: "indices",
    standing: "wrong",
    says: /5 hours old/,
    todo: /MultiAccountLogsFunction/,
  },
  {
    what: "events that are not rolled up",
    break: withCluster({ stores: CLUSTER.stores.filter(({ pattern }) => !pattern.includes("rollups")) }),
    check: "indices",
    standing: "warning",
    says: /nothing is rolled up/,
    todo: /UsageRollupFunction/,
  },
  {
    what: "a domain without detectors",
    break: withCluster({ detectors: null, monitor: null }),
    check: "detectors",
    standing: "warning",
    says: /without a second opinion/,
    todo: /t2 and t3/,
  },
  {
    what: "a detector that fails",
    break: withCluster({
      detectors: [{ name: "a", condition: "failing", error: "out of memory", entities: { covered: 0, total: 1 } }],
    }),
    check: "detectors",
    standing: "wrong",
    says: /a is failing: out of memory/,
    todo: /larger nodes/,
  },
  {
    what: "a detector that was stopped",
    break: withCluster({
      detectors: [{ name: "a", condition: "stopped", error: "", entities: { covered: 0, total: 1 } }],
    }),
    check: "detectors",
    standing: "wrong",
    says: /a is stopped/,
    todo: /OpenSearchProvisionerFunction/,
  },
  {
    what: "a detector that is still to be made",
    break: withCluster({
      detectors: [{ name: "a", condition: "missing", error: "", entities: { covered: 0, total: 0 } }],
    }),
    check: "detectors",
    standing: "warning",
    says: /not made yet: a/,
    todo: /within an hour/,
  },
  {
    what: "more entities than detectors can hold",
    break: withCluster({ coverage: { active: 900, excluded: ["a", "b"] } }),
    check: "detectors",
    standing: "warning",
    says: /2 entities of 900 do not fit/,
    todo: /larger nodes/,
  },
  {
    what: "a monitor that is off",
    break: withCluster({ monitor: { enabled: false, channel: "x" } }),
    check: "monitor",
    standing: "warning",
    says: /switched off/,
    todo: /OpenSearchProvisionerFunction/,
  },
  {
    what: "a monitor that rings nobody",
    break: withCluster({ monitor: { enabled: true, channel: null } }),
    check: "monitor",
    standing: "warning",
    says: /rings nobody/,
    todo: /OpenSearchProvisionerFunction/,
  },
  {
    what: "an address that did not confirm",
    break: (view) => {
      view.topicSubscriptions = async () => [{ protocol: "email", endpoint: "ana@company.com", confirmed: false }];
    },
    check: "subscriptions",
    standing: "wrong",
    says: /nobody is told: ana@company\.com did not confirm/,
    todo: /aws sns subscribe/,
  },
  {
    what: "one of two addresses that did not confirm",
    break: (view) => {
      const before = view.topicSubscriptions;
      view.topicSubscriptions = async (topic) => [
        ...(await before(topic)),
        { protocol: "email", endpoint: "ana@company.com", confirmed: false },
      ];
    },
    check: "subscriptions",
    standing: "warning",
    says: /^ana@company\.com did not confirm/,
    todo: /Subscription Confirmation/,
  },
  {
    what: "a topic nobody listens to",
    break: (view) => {
      view.topicSubscriptions = async () => [];
    },
    check: "subscriptions",
    standing: "wrong",
    says: /no subscription/,
    todo: /opensearchalertemail/,
  },
  {
    what: "a secret that was deleted",
    break: (view) => {
      withEnvironment("QBusinessConnectorFunction", { SLACK_SECRET_ARN: "arn:aws:secretsmanager:x" })(view);
      view.secretExists = async () => false;
    },
    check: "slack",
    standing: "wrong",
    says: /is not there/,
    todo: /slackSecretArn/,
  },
  {
    what: "Cost Explorer that is not enabled",
    break: (view) => {
      view.bill = refused("AWS_DATA_UNAVAILABLE");
    },
    check: "cost-explorer",
    standing: "wrong",
    says: /it has no data/,
    todo: /Launch/,
  },
  {
    what: "Cost Explorer that refuses",
    break: (view) => {
      view.bill = refused("AWS_ACCESS_DENIED");
    },
    check: "cost-explorer",
    standing: "wrong",
    says: /it refuses whoever asked/,
    todo: /linked account access/,
  },
  {
    what: "Cost Explorer that is busy",
    break: (view) => {
      view.bill = refused("AWS_THROTTLED");
    },
    check: "cost-explorer",
    standing: "unknown",
    says: /AWS_THROTTLED/,
    todo: /ask for it/,
  },
  {
    what: "batches that were given up",
    break: (view) => {
      view.failedBatches = async () => ({ count: 3, earliest: LONG_AGO, sources: ["MultiAccountLogsFunction"] });
    },
    check: "failed-batches",
    standing: "wrong",
    says: /3 batches of MultiAccountLogsFunction .* since 5 hours/,
    todo: /trailwatch replay --stack Trailwatch --failed/,
  },
  {
    what: "a dead-letter queue with something in it",
    break: (view) => {
      bucketPath(view);
      view.queues = async () =>
        new Map([
          ["TrailFilesGivenUp1", "https://sqs/given-up"],
          ["TrailFilesQueue1", "https://sqs/files"],
        ]);
      view.waiting = async () => 4;
    },
    check: "queues",
    standing: "wrong",
    says: /^about 4 messages in TrailFilesGivenUp1$/,
    todo: /trailwatch replay --stack Trailwatch --queue/,
    also: ["permission"],
  },
  {
    what: "schedules that could not be delivered",
    break: (view) => {
      view.waiting = async () => 1;
    },
    check: "queues",
    standing: "wrong",
    says: /1 message in Missed/,
    todo: /purge/,
  },
  {
    what: "no StackSet",
    break: (view) => {
      view.readRoles = async () => null;
    },
    check: "read-role",
    standing: "wrong",
    says: /no StackSet trailwatch-read-role/,
    todo: /cdk deploy Trailwatch-Accounts/,
  },
  {
    what: "a role made by hand, and an account it could not be made in",
    break: (view) => {
      view.readRoles = async () => [
        { account: "444455556666", status: "OUTDATED", reason: "AnomalyDetectorReadRole already exists" },
        { account: "777788889999", status: "INOPERABLE", reason: "account is suspended" },
      ];
    },
    check: "read-role",
    standing: "warning",
    says: /made by hand in 444455556666.*not in 777788889999 \(INOPERABLE: account is suspended\)/,
    todo: /CrossAccountTrustPolicy/,
  },
  {
    what: "silence",
    break: withMetrics({ RecordsRead: 0 }),
    check: "lag",
    standing: "wrong",
    says: /no event arrived/,
    todo: /subscription/,
  },
  {
    what: "events that are stored late",
    break: withMetrics({ IndexDelay: 7200 }),
    check: "lag",
    standing: "wrong",
    says: /stored 2 hours after/,
    todo: /CloudTrail's own/,
  },
  {
    what: "a roll-up that is behind",
    break: withMetrics({ RollUpAge: 10_000 }),
    check: "lag",
    standing: "wrong",
    says: /roll-up is 2 hours 47 minutes behind/,
    todo: /deployment\.size/,
  },
  {
    what: "what came at once, and is caught up on",
    break: withMetrics({ CatchUpLag: 500_000 }),
    check: "lag",
    standing: "warning",
    says: /it has come to 5 days 19 hours ago/,
    todo: /^Wait: .*UsageRollupFunction/,
  },
  {
    what: "something that no channel takes",
    break: withMetrics({ IncidentsUnsaid: 2 }),
    check: "lag",
    standing: "wrong",
    says: /of 2 incidents/,
    todo: /QBusinessConnectorFunction/,
  },
  {
    what: "records in quarantine",
    break: withMetrics({ RecordsQuarantined: 500 }),
    check: "lag",
    standing: "warning",
    says: /500 records/,
    todo: /trailwatch-quarantine/,
  },
  {
    what: "an alarm",
    break: (view) => {
      view.ringing = async () => [
        { name: "Trailwatch-Pipeline-AlarmsClusterRed1", description: "Trailwatch: Shards are missing.", since: null },
        { name: "Trailwatch-Pipeline-staging-AlarmsX", description: "of another stage", since: null },
      ];
    },
    check: "alarms",
    standing: "wrong",
    says: /^1 alarm: Trailwatch: Shards are missing\.$/,
    todo: /dashboard/,
  },
];

describe("what is wrong is said where it is, with what to do", () => {
  test.each(FAULTS)("$what", async ({ break: breaks, check, standing, says, todo, also = [] }) => {
    const view = healthyDeployment();
    breaks(view);
    const results = await examined(view);
    const said = results.find(({ id }) => id === check);
    expect(said).toMatchObject({ standing, found: expect.stringMatching(says) });
    expect(said?.todo.join("\n")).toMatch(todo);
    const healthy = new Map((await examined(healthyDeployment())).map(({ id, standing: usual }) => [id, usual]));
    const others = results.filter(
      ({ id, standing: now }) => id !== check && now !== healthy.get(id) && !also.includes(id),
    );
    expect(others.map(({ id, standing: now, found }) => [id, now, found])).toEqual([]);
  });
});

test("a single account has no directory, no members, and its own trail", async () => {
  const view = healthyDeployment();
  withEnvironment("MultiAccountLogsFunction", { ORGANIZATION_ID: "" })(view);
  const before = view.trails;
  view.trails = async () =>
    (await before()).map((trail) => ({ ...trail, name: "account-trail-trailwatch", isOrganization: false }));
  const results = await examined(view);
  const skipped = results.filter(({ standing }) => standing === "skipped").map(({ id }) => id);
  expect(skipped).toEqual(["directory", "slack", "read-role", "q-business"]);
  expect(tally(results)).toMatchObject({ wrong: 0, warning: 0, unknown: 0 });
});

test("a trail that was there is found by what it writes to", async () => {
  const view = healthyDeployment();
  const [ours] = await view.trails();
  if (!ours) throw new Error("there is one");
  view.trails = async () => [
    { ...ours, name: "other", bucket: "other", logGroupArn: null, isOrganization: false },
    { ...ours, name: "control-tower", logGroupArn: null },
  ];
  const asked: string[] = [];
  const status = view.trailStatus;
  view.trailStatus = async (trail) => {
    asked.push(trail.name);
    return status(trail);
  };
  await examined(view);
  expect(asked).toEqual(["control-tower"]);
});

test("another stage has other names, and nothing is found where nothing is", async () => {
  await expect(examined(healthyDeployment(), "staging")).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: expect.stringContaining("of the stage staging"),
  });
});

test("an answer of another version is unknown, not wrong", async () => {
  const view = healthyDeployment();
  const before = view.ask;
  view.ask = async (name, payload) => (name.startsWith("MultiAccountLogs") ? { hello: 1 } : before(name, payload));
  const said = (await examined(view)).find(({ id }) => id === "directory");
  expect(said).toMatchObject({ standing: "unknown", found: expect.stringContaining("unexpected") });
});
