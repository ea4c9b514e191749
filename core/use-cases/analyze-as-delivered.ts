import { compareDelivered } from "../delivery/compare-delivered.ts";
import { latenessOf } from "../delivery/late-findings.ts";
import type { AsDelivered, Delays, DeliveredMessage } from "../domain/as-delivered.ts";
import type { Incident } from "../domain/incident.ts";
import { MINUTE } from "../domain/time.ts";
import { type Replayed, type ReplayedMessage, type ReplayInput, replayDelivery } from "./replay-delivery.ts";

export interface AsDeliveredInput extends ReplayInput {
  /** What one analysis finds in the same events. */
  readonly analysed: readonly Incident[];
  /** See {@link Delays.times}. */
  readonly times: Delays["times"];
}

const NOTHING: Pick<Replayed, "runs" | "incidents" | "messages"> = { runs: 0, incidents: [], messages: [] };

/** Replays the events as they were delivered, and compares what is found and said on the way with the analysis of all of them. */
export async function analyzeAsDelivered(input: AsDeliveredInput): Promise<AsDelivered> {
  const { delivered, knowledge, analysed, times, every } = input;
  const { runs, incidents, messages } = (await replayDelivery(input)) ?? NOTHING;
  const lateAfter = knowledge.config.detection.latenessMinutes * MINUTE;
  const idsOf = new Map(incidents.map(({ draft, formerIds }) => [draft.id, [draft.id, ...formerIds]]));
  const told = (id: string): string | null => {
    const last = messages.findLast(({ incident }) => idsOf.get(id)?.includes(incident.id));
    return last?.incident.explanation.summary ?? null;
  };
  const context = {
    lateness: latenessOf(delivered, lateAfter),
    groupDays: knowledge.config.live.groupDays,
    told,
  };
  return {
    every,
    runs,
    delays: { times, lateAfter, ...(await delivered.lateness({}, lateAfter)) },
    ...(await compareDelivered(analysed, incidents, context)),
    messages: messages.map(said),
    incidents,
  };
}

const said = ({ at, occasion, incident, newest }: ReplayedMessage): DeliveredMessage => ({
  at,
  occasion,
  incident: incident.id,
  revision: incident.revision,
  severity: incident.severity,
  summary: incident.explanation.summary,
  first: incident.window.start,
  newest,
});
