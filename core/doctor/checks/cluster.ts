import * as z from "zod";
import { HOUR } from "../../domain/time.ts";
import { amount, counted, duration, listed } from "../../messages/format.ts";
import { parsedAnswer } from "../../operations/answer.ts";
import type { DeploymentView } from "../../ports/deployment-view.ts";
import { type Check, check, ok, type Verdict, warning, wrong } from "../check.ts";
import type { Deployed } from "../deployed.ts";

/** What OpenSearchProvisionerFunction answers to a look, as far as it is judged. */
const clusterSchema = z.object({
  engine: z.object({ version: z.string() }),
  versions: z.object({}).nullable(),
  stores: z.array(
    z.object({
      pattern: z.string(),
      documents: z.number(),
      newest: z.number().nullable(),
      broken: z.array(z.string()),
    }),
  ),
  detectors: z
    .array(
      z.object({
        name: z.string(),
        condition: z.string(),
        error: z.string(),
        entities: z.object({ covered: z.number(), total: z.number() }),
      }),
    )
    .nullable(),
  coverage: z.object({ active: z.number(), excluded: z.array(z.string()) }).nullable(),
  monitor: z.object({ enabled: z.boolean(), channel: z.string().nullable() }).nullable(),
});
type Cluster = z.infer<typeof clusterSchema>;

/** Asks for nothing to be changed. */
const LOOK = { look: true };

/** One look serves all checks of it. */
export function clusterChecks(): readonly Check<DeploymentView, Deployed>[] {
  let looked: Promise<Cluster> | null = null;
  const ask = (view: DeploymentView, { names }: Deployed): Promise<Cluster> => {
    const name = names.of("OpenSearchProvisionerFunction");
    looked ??= view.ask(name, LOOK).then((answer) => parsedAnswer(clusterSchema, answer, name));
    return looked;
  };
  return [
    check({ id: "cluster", title: "OpenSearch answers and is provisioned", ask, judge: judgeCluster }),
    check({ id: "indices", title: "Indices hold events and roll-ups", ask, judge: judgeIndices }),
    check({ id: "detectors", title: "Anomaly detectors are running", ask, judge: judgeDetectors }),
    check({ id: "monitor", title: "The alerting monitor rings", ask, judge: judgeMonitor }),
  ];
}

const provisionAgain = ({ names }: Deployed): string =>
  `Provision again and read the answer: aws lambda invoke --function-name ${names.of("OpenSearchProvisionerFunction")} out.json && cat out.json`;

function judgeCluster({ engine, versions, stores }: Cluster, deployed: Deployed): Verdict {
  const broken = stores.flatMap((store) => store.broken);
  if (broken.length > 0) {
    return wrong(
      `indices that lack data or are closed: ${listed(broken, 6)}`,
      "Look at the domain's health and free storage in the OpenSearch console: a full or lost node comes first.",
      "What cannot be brought back is in the domain's hourly snapshots; events also in the trail's bucket (trailwatch replay).",
    );
  }
  if (versions === null) {
    // All else that fails fails the deployment.
    return warning(
      `OpenSearch ${engine.version} answers, and is not provisioned completely: most often it is the dashboards that could not be imported`,
      provisionAgain(deployed),
      "Dashboards can be imported by hand: npx trailwatch opensearch dashboards > dashboards.ndjson",
    );
  }
  return ok(`OpenSearch ${engine.version}`);
}

/** Without a bucket for so long something is amiss in any organization that is not asleep. */
const OLD = 3 * HOUR;

function judgeIndices({ stores }: Cluster, deployed: Deployed): Verdict {
  const { names, now } = deployed;
  const named = (name: string) => stores.find(({ pattern }) => pattern === `${names.namespace}${name}-*`);
  const events = named("usage-events");
  const rollups = named("usage-rollups");
  if (!events || events.documents === 0) {
    return wrong(
      "no event is stored yet",
      "A new trail needs a quarter of an hour. After that see above: the trail, its subscription, and the log of MultiAccountLogsFunction.",
    );
  }
  const age = now - (events.newest ?? 0);
  if (age > OLD) {
    return wrong(
      `the newest event is ${duration(age)} old`,
      `Read why: aws logs tail /aws/lambda/${names.of("MultiAccountLogsFunction")} --since 1h --filter-pattern ERROR`,
    );
  }
  if (!rollups || rollups.documents === 0) {
    return warning(
      "events are stored, and nothing is rolled up yet",
      `A bucket closes 15 minutes after its end. Later, read why: aws logs tail /aws/lambda/${names.of("UsageRollupFunction")} --since 1h`,
    );
  }
  return ok(
    `${amount(events.documents)} events, the newest ${duration(Math.max(0, age))} old; ${amount(rollups.documents)} roll-ups`,
  );
}

const GOOD = new Set(["running", "learning", "replaced", "unwanted"]);

function judgeDetectors({ detectors, coverage }: Cluster, deployed: Deployed): Verdict {
  if (detectors === null) {
    return warning(
      "the domain has no anomaly detection: the count model carries on without a second opinion",
      "Instances of the t2 and t3 families have none: take others in deployment.overrides.dataNodeType.",
    );
  }
  const bad = detectors.filter(({ condition }) => !GOOD.has(condition));
  const failing = bad.filter(({ condition }) => condition !== "missing");
  if (failing.length > 0) {
    return wrong(
      failing
        .map(({ name, condition, error }) => `${name} is ${condition}${error === "" ? "" : `: ${error}`}`)
        .join("; "),
      provisionAgain(deployed),
      "A detector that fails for memory needs larger nodes (deployment.size), or fewer signals (opensearch.forest).",
    );
  }
  if (bad.length > 0) {
    return warning(
      `not made yet: ${listed(
        bad.map(({ name }) => name),
        9,
      )}`,
      "They are made within an hour after the first roll-ups: before that they have nothing to learn from.",
    );
  }
  if (coverage !== null && coverage.excluded.length > 0) {
    return warning(
      `${counted(coverage.excluded.length, "entity", "entities")} of ${coverage.active} do not fit into the detectors' memory, the quietest: the count model alone watches them`,
      "Take larger nodes: deployment.size, or deployment.overrides.dataNodeType.",
    );
  }
  const learning = detectors.filter(({ condition }) => condition === "learning").length;
  const running = detectors.filter(({ condition }) => condition === "running").length;
  return ok(`${counted(running, "detector")} running${learning > 0 ? `, ${learning} learning` : ""}`);
}

function judgeMonitor({ monitor, detectors }: Cluster, deployed: Deployed): Verdict {
  if (monitor === null) {
    return detectors?.length
      ? warning(
          "there is no monitor yet: what detectors find is read every minute all the same",
          provisionAgain(deployed),
        )
      : ok("no detector is there that it would ring for");
  }
  if (!monitor.enabled)
    return warning(
      "the monitor is switched off: what detectors find is read every minute all the same",
      provisionAgain(deployed),
    );
  if (monitor.channel === null) return warning("the monitor rings nobody", provisionAgain(deployed));
  return ok(`on, and rings ${monitor.channel}`);
}
