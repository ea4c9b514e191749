import type { DeliveredIncident } from "#core/domain/as-delivered.ts";
import type { Severity } from "#core/domain/finding.ts";
import type { Incident, IncidentDraft } from "#core/domain/incident.ts";
import { DAY, type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import type { Replayed, ReplayedMessage } from "#core/use-cases/replay-delivery.ts";
import { draft } from "../budget/made.ts";
import { PROD } from "../explain/world.ts";

export const START: EpochMs = Date.UTC(2026, 9, 1);

export interface Made {
  readonly id: string;
  /** From {@link START}. */
  readonly opened: EpochMs;
  readonly severity?: Severity;
  /** Of messages, from the opening; none was paged where there are none. */
  readonly said?: readonly EpochMs[];
  readonly more?: Partial<IncidentDraft>;
  readonly formerIds?: readonly string[];
  readonly withdrawn?: boolean;
}

/** A replay of four weeks in which just these incidents came up. */
export function replayed(made: readonly Made[]): Replayed {
  const messages = made.flatMap((one) => (one.said ?? []).map((after, at) => messageOf(one, after, at)));
  return {
    span: { start: START, end: START + 28 * DAY },
    runs: 8064,
    incidents: made.map(deliveredOf),
    messages: messages.sort((a, b) => a.at - b.at),
  };
}

const draftOf = ({ id, opened, severity = "medium", said = [], more = {} }: Made): IncidentDraft =>
  draft(id, START + opened, severity, 900, {
    accounts: [PROD],
    eventIds: [`event of ${id}`],
    paging: {
      paged: said.length > 0,
      reason: said.length > 0 ? "paged: medium" : "not paged: expected",
      heldBackBy: null,
    },
    ...more,
  });

const deliveredOf = (made: Made): DeliveredIncident => ({
  draft: draftOf(made),
  summary: `summary of ${made.id}`,
  formerIds: made.formerIds ?? [],
  foundAt: START + made.opened + 10 * MINUTE,
  withdrawnAt: made.withdrawn ? START + made.opened + HOUR : null,
});

function messageOf(made: Made, after: EpochMs, at: number): ReplayedMessage {
  const id = at === 0 ? (made.formerIds?.[0] ?? made.id) : made.id;
  const incident: Incident = {
    ...draftOf(made),
    id,
    cost: { status: "none" },
    explanation: { summary: `summary of ${made.id}`, causes: [], actions: [] },
    evidence: [],
  };
  const time = START + made.opened + after;
  return { at: time, newest: time - MINUTE, incident, occasion: at === 0 ? "opened" : "updated", options: {} };
}
