import { type EpochMs, SECOND } from "../domain/time.ts";
import { drillRecord } from "../drill/drill.ts";
import { drillSubject } from "../live/drills.ts";
import type { Clock } from "../ports/clock.ts";
import type { FindingStore } from "../ports/finding-store.ts";
import type { KeptIncident, LiveIncidents } from "../ports/live-incidents.ts";

export const DRILL_STEPS = ["stored", "found", "incident", "said", "cleaned"] as const;
export type DrillStep = (typeof DRILL_STEPS)[number];

/** A step that came. */
export interface DrillTime {
  readonly step: DrillStep;
  /** Milliseconds after it was sent. */
  readonly after: EpochMs;
}

export interface DrillOutcome {
  readonly id: string;
  readonly times: readonly DrillTime[];
  /** The step that did not come in time; `null`: all came. */
  readonly missing: DrillStep | null;
  /** What each channel answered, by its name. */
  readonly messageIds: Readonly<Record<string, string>>;
}

export interface DrillPorts {
  /** Gives a record to the deployment, as if its log group had delivered it. Resolves when it was worked off. */
  readonly send: (record: object) => Promise<void>;
  readonly findings: Pick<FindingStore, "get">;
  readonly incidents: Pick<LiveIncidents, "get">;
  readonly clock: Clock;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Between two looks. */
const PAUSE = 3 * SECOND;

/**
 * Sends a drill through a deployment, times its steps, and takes it back, also where a step did not come. What the
 * deployment notes is by its own clock, and is told from the moment that it arrived.
 * @param limit how long each step is waited for
 */
export async function runDrill(
  { id, by, limit }: { readonly id: string; readonly by: string; readonly limit: EpochMs },
  { send, findings, incidents, clock, pause }: DrillPorts,
  onTime: (time: DrillTime) => void,
): Promise<DrillOutcome> {
  const times: DrillTime[] = [];
  const came = (step: DrillStep, after: EpochMs): void => {
    const time = { step, after: Math.max(0, after) };
    times.push(time);
    onTime(time);
  };
  const until = async <T>(look: () => Promise<T | null>): Promise<T | null> => {
    const end = clock.now() + limit;
    for (;;) {
      const seen = await look();
      if (seen !== null || clock.now() >= end) return seen;
      await pause(PAUSE);
    }
  };
  const sentAt = clock.now();
  await send(drillRecord(id, by, sentAt, false));
  came("stored", clock.now() - sentAt);
  const watched = await watchSteps(id, until, { findings, incidents }, came);
  await send(drillRecord(id, by, clock.now(), true));
  const closed = await until(async () => {
    const incident = await incidents.get(id);
    return incident === null || incident.draft.state === "closed" ? true : null;
  });
  if (closed) came("cleaned", clock.now() - sentAt);
  return { id, times, missing: watched.missing ?? (closed ? null : "cleaned"), messageIds: watched.messageIds };
}

type Until = <T>(look: () => Promise<T | null>) => Promise<T | null>;

async function watchSteps(
  id: string,
  until: Until,
  { findings, incidents }: Pick<DrillPorts, "findings" | "incidents">,
  came: (step: DrillStep, after: EpochMs) => void,
): Promise<Pick<DrillOutcome, "missing" | "messageIds">> {
  const found = await until(async () => {
    const [set] = await findings.get([drillSubject(id)]);
    return set && set.findings.length > 0 ? set : null;
  });
  if (found === null) return { missing: "found", messageIds: {} };
  const arrivedAt = arrivalIn(found.memo) ?? found.changedAt;
  came("found", found.changedAt - arrivedAt);
  const incident = await until(() => incidents.get(id));
  if (incident === null) return { missing: "incident", messageIds: {} };
  came("incident", incident.draft.openedAt - arrivedAt);
  const said = await until(async () => saidOf(await incidents.get(id)));
  if (said === null) return { missing: "said", messageIds: {} };
  came("said", said.at - arrivedAt);
  return { missing: null, messageIds: said.messageIds };
}

/** Once all channels took it. */
const saidOf = (incident: KeptIncident | null): KeptIncident["said"] =>
  incident !== null && incident.saidRevision >= incident.draft.revision ? incident.said : null;

function arrivalIn(memo: string | null): EpochMs | null {
  const { arrivedAt } = JSON.parse(memo ?? "{}") as { readonly arrivedAt?: EpochMs };
  return arrivedAt ?? null;
}

/** Where to look for what did not come, by the base names of functions. */
export const RESPONSIBLE: Readonly<Record<DrillStep, string>> = {
  stored: "MultiAccountLogsFunction",
  found: "UsageRollupFunction",
  incident: "CrossAccountAnomalyProcessorFunction",
  said: "QBusinessConnectorFunction",
  cleaned: "UsageRollupFunction",
};
