import type { EpochMs } from "../../domain/time.ts";
import { counted, duration, listed } from "../../messages/format.ts";
import type { DeploymentView } from "../../ports/deployment-view.ts";
import { check, ok, wrong } from "../check.ts";
import { type Deployed, neededSetting, settingOf } from "../deployed.ts";

/** Counting goes no further: it is as wrong with a thousand as with more. */
const MOST = 1000;

interface Kept {
  readonly count: number;
  readonly earliest: EpochMs | null;
  readonly sources: readonly string[];
}

export const failedBatches = check<DeploymentView, Deployed, Kept>({
  id: "failed-batches",
  title: "Nothing was given up",
  ask: (view, deployed) => view.failedBatches(neededSetting(deployed, "MultiAccountLogsFunction", "DATA_BUCKET"), MOST),
  judge: ({ count, earliest, sources }, { now, stage }) => {
    if (count === 0) return ok("no batch waits in the data bucket");
    const since = earliest === null ? "" : `, the earliest since ${duration(Math.max(0, now - earliest))}`;
    return wrong(
      `${count >= MOST ? "more than " : ""}${counted(count, "batch", "batches")} of ${listed(sources)} could not be worked off${since}`,
      "Find out why first (the function's log at that time), or they fail again.",
      `Give them again: trailwatch replay --stack ${stackName(stage)} --failed`,
    );
  },
});

const stackName = (stage: string): string => (stage === "default" ? "Trailwatch" : `Trailwatch-${stage}`);

interface Queue {
  readonly name: string;
  readonly waiting: number;
}

export const queues = check<DeploymentView, Deployed, readonly Queue[]>({
  id: "queues",
  title: "Queues of what failed are empty",
  ask: async (view, deployed) => {
    const found: Queue[] = [];
    for (const [name, url] of await view.queues(deployed.names.stack("Pipeline"))) {
      if (isDeadEnd(name)) found.push({ name, waiting: await view.waiting(url) });
    }
    return found;
  },
  judge: (found, deployed) => {
    const full = found.filter(({ waiting }) => waiting > 0);
    if (full.length === 0)
      return ok(`${counted(found.length, "queue")}, nothing in ${found.length === 1 ? "it" : "them"}`);
    const replays = settingOf(deployed, "RedriveFunction", "FAILURE_QUEUE_URLS") !== null;
    return wrong(
      full.map(({ name, waiting }) => `about ${counted(waiting, "message")} in ${name}`).join("; "),
      ...(full.some(({ name }) => name.includes("GivenUp")) && replays
        ? [`Give them again: trailwatch replay --stack ${stackName(deployed.stage)} --queue`]
        : []),
      ...(full.some(({ name }) => name.startsWith("Missed"))
        ? [
            "Missed has calls of schedules and bells that could not be made; the next ones made up for them. Look at why (functions, above), then purge it: aws sqs purge-queue.",
          ]
        : []),
    );
  },
});

/** By its id in the template: a queue that feeds something is meant to have messages. */
const isDeadEnd = (name: string): boolean => name.includes("GivenUp") || name.startsWith("Missed");
