import { counted, listed } from "../../messages/format.ts";
import type { DeploymentView, EventSourceFacts, SubscriptionFilterFacts } from "../../ports/deployment-view.ts";
import { check, ok, warning, wrong } from "../check.ts";
import { type Deployed, settingOf } from "../deployed.ts";

const INGEST = "MultiAccountLogsFunction";
const DEPLOY_AGAIN = "Run cdk deploy --all again: it makes what is missing.";

interface Subscribed {
  readonly logGroup: string;
  readonly filters: readonly SubscriptionFilterFacts[];
}

const logGroupOf = (deployed: Deployed): string | null => settingOf(deployed, "RedriveFunction", "LOG_GROUP_NAME");
const sourcesOf = ({ functions }: Deployed): readonly EventSourceFacts[] => functions.get(INGEST)?.sources ?? [];
const isMissing = ({ functions, names }: Deployed): string | null =>
  functions.get(INGEST) ? null : `there is no ${names.of(INGEST)}`;

/** By the stream or the queue, where there is one; otherwise by a subscription of the log group. */
export const subscription = check<DeploymentView, Deployed, Subscribed | null>({
  id: "subscription",
  title: "Events are handed to MultiAccountLogsFunction",
  leftOut: isMissing,
  ask: async (view, deployed) => {
    const logGroup = logGroupOf(deployed);
    return logGroup === null ? null : { logGroup, filters: await view.subscriptionFilters(logGroup) };
  },
  judge: (subscribed, deployed) => {
    const sources = sourcesOf(deployed);
    if (subscribed === null && sources.length === 0) {
      return wrong("neither a log group nor a queue or stream feeds it", DEPLOY_AGAIN);
    }
    const bad = sources.filter(({ state, lastResult }) => state !== "Enabled" || lastResult.startsWith("PROBLEM"));
    if (bad.length > 0) {
      return wrong(
        bad.map(({ arn, state, lastResult }) => `${arn} is ${state}: ${lastResult}`).join("; "),
        "Look at the trigger in the function's configuration: enable it, and give what its last result asks for.",
      );
    }
    if (subscribed !== null && !isFed(subscribed, sources, deployed)) {
      return wrong(
        `no subscription of ${subscribed.logGroup} leads to it${subscribed.filters.length > 0 ? `; there are ${listed(subscribed.filters.map(({ name }) => name))}` : ""}`,
        "A log group has room for two subscriptions: remove one that nobody needs (aws logs describe-subscription-filters shows them).",
        DEPLOY_AGAIN,
      );
    }
    const dropping = subscribed?.filters.find(
      (filter) => leadsHere(filter, sources, deployed) && filter.pattern.trim() !== "",
    );
    if (dropping) {
      return warning(
        `the subscription ${dropping.name} lets only events through that match ${dropping.pattern}: others are not seen`,
        "Give it an empty pattern, or live with not seeing them.",
      );
    }
    const through = sources.length > 0 ? sources.map(({ arn }) => arn.split(":").slice(5).join(":")) : [];
    return ok(
      [subscribed === null ? "" : `from ${subscribed.logGroup}`, through.length > 0 ? `through ${listed(through)}` : ""]
        .filter((part) => part !== "")
        .join(" "),
    );
  },
});

const leadsHere = (
  { destinationArn }: SubscriptionFilterFacts,
  sources: readonly EventSourceFacts[],
  { functions }: Deployed,
): boolean => destinationArn === functions.get(INGEST)?.arn || sources.some(({ arn }) => arn === destinationArn);

const isFed = ({ filters }: Subscribed, sources: readonly EventSourceFacts[], deployed: Deployed): boolean =>
  filters.some((filter) => leadsHere(filter, sources, deployed));

/** Of a subscription that calls the function itself; queues and streams are read by the function's own role. */
export const permission = check<DeploymentView, Deployed, null>({
  id: "permission",
  title: "CloudWatch Logs may call MultiAccountLogsFunction",
  leftOut: (deployed) =>
    isMissing(deployed) ??
    (logGroupOf(deployed) === null || sourcesOf(deployed).length > 0
      ? "events come through a queue or a stream"
      : null),
  ask: async () => null,
  judge: (_, deployed) => {
    const logGroup = logGroupOf(deployed);
    const { functions, names } = deployed;
    const lets = (functions.get(INGEST)?.invokers ?? []).filter(
      ({ principal, sourceArn }) =>
        principal.startsWith("logs.") && (sourceArn === null || sourceArn.includes(`:log-group:${logGroup}:`)),
    );
    if (lets.length > 0) return ok(`its policy lets ${logGroup} call it`);
    return wrong(
      `the policy of ${names.of(INGEST)} does not let ${logGroup} call it: events stay in the log group`,
      DEPLOY_AGAIN,
      "Then bring back what was missed: trailwatch replay --from <when it began> --to <now>.",
    );
  },
});

interface Ran {
  readonly name: string;
  readonly invocations: number;
  readonly errors: number;
  readonly throttles: number;
}

/** Those that a schedule calls at least every quarter of an hour. */
const ALWAYS = new Set(["UsageRollupFunction", "CrossAccountAnomalyProcessorFunction", "QBusinessConnectorFunction"]);
const HOUR_MS = 3_600_000;

export const functions = check<DeploymentView, Deployed, readonly Ran[]>({
  id: "functions",
  title: "Functions are there, are called, and do not fail",
  ask: async (view, { functions: all, now }) => {
    const names = [...all.values()].flatMap((found) => (found === null ? [] : [found.name]));
    const metric = (FunctionName: string, name: string) =>
      ({ namespace: "AWS/Lambda", name, dimensions: { FunctionName }, statistic: "Sum" }) as const;
    const values = await view.metrics(
      names.flatMap((name) => [metric(name, "Invocations"), metric(name, "Errors"), metric(name, "Throttles")]),
      { start: now - HOUR_MS, end: now },
    );
    return names.map((name, at) => ({
      name,
      invocations: values[at * 3] ?? 0,
      errors: values[at * 3 + 1] ?? 0,
      throttles: values[at * 3 + 2] ?? 0,
    }));
  },
  judge: (ran, deployed) => {
    const { functions: all, names } = deployed;
    const missing = [...all].flatMap(([base, found]) =>
      found === null && isWanted(base, deployed) ? [names.of(base)] : [],
    );
    if (missing.length > 0) return wrong(`not there: ${listed(missing, 7)}`, DEPLOY_AGAIN);
    const present = [...all.values()].filter((found) => found !== null);
    const bad = present.filter(({ state, reason }) => state !== "Active" || reason !== "");
    if (bad.length > 0) {
      return wrong(
        bad.map(({ name, state, reason }) => `${name} is ${state}: ${reason || "no reason given"}`).join("; "),
        "A function that lost its key or its subnets cannot start: give them back, then run cdk deploy --all.",
      );
    }
    const off = present.filter(({ concurrency }) => concurrency === 0).map(({ name }) => name);
    if (off.length > 0) {
      return wrong(
        `switched off: ${listed(off)} may run 0 at once`,
        ...off.map((name) => `aws lambda delete-function-concurrency --function-name ${name}`),
      );
    }
    const failing = ran.filter(({ errors, invocations }) => errors > 0 && errors >= invocations / 2);
    if (failing.length > 0) {
      return wrong(
        failing
          .map(
            ({ name, errors, invocations }) =>
              `${name} failed ${errors} of ${counted(invocations, "time")} in the last hour`,
          )
          .join("; "),
        ...failing.map(({ name }) => `Read why: aws logs tail /aws/lambda/${name} --since 1h --filter-pattern ERROR`),
      );
    }
    const silent = ran.filter(
      ({ name, invocations }) => invocations === 0 && [...ALWAYS].some((base) => names.of(base) === name),
    );
    if (silent.length > 0) {
      return wrong(
        `not called in the last hour: ${listed(silent.map(({ name }) => name))}`,
        "Look at the schedules (EventBridge Scheduler, group trailwatch): they have to be enabled, and their role has to be there.",
      );
    }
    const some = ran.filter(({ errors, throttles }) => errors > 0 || throttles > 0);
    if (some.length > 0) {
      return warning(
        some
          .map(
            ({ name, errors, throttles }) =>
              `${name}: ${counted(errors, "failure")}, ${counted(throttles, "throttle")} in the last hour`,
          )
          .join("; "),
        "What fails now and then is made up for. When it goes on, read its log; for throttles raise deployment.overrides.ingestConcurrency.",
      );
    }
    return ok(`${counted(present.length, "function")}, ${counted(sum(ran), "call")} in the last hour, none failed`);
  },
});

const sum = (ran: readonly Ran[]): number => ran.reduce((total, { invocations }) => total + invocations, 0);

const isWanted = (base: string, deployed: Deployed): boolean =>
  base !== "DirectorySnapshotFunction" || settingOf(deployed, INGEST, "ORGANIZATION_ID") !== null;
