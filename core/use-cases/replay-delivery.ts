import { ReplayedEvents } from "../delivery/replayed-events.ts";
import type { DetectionConfig } from "../detection/config.ts";
import type { DeliveredIncident } from "../domain/as-delivered.ts";
import type { InsightRecord } from "../domain/insight.ts";
import { BUCKET, type EpochMs, MINUTE, type TimeWindow } from "../domain/time.ts";
import type { LiveConfig } from "../live/config.ts";
import { IncidentKeeper } from "../live/keep-incidents.ts";
import { OutboxSweep, type SayKnowledge } from "../live/say.ts";
import { UsageWatch } from "../live/watch.ts";
import type { Checkpoints } from "../ports/checkpoints.ts";
import type { Clock } from "../ports/clock.ts";
import type { DeliveredEvents, DeliveredInsight } from "../ports/delivered-events.ts";
import type { FindingStore } from "../ports/finding-store.ts";
import type { FirstUses } from "../ports/first-uses.ts";
import type { InsightLog } from "../ports/insight-log.ts";
import type { KeptIncident, LiveIncidents } from "../ports/live-incidents.ts";
import type { ModelStates } from "../ports/model-states.ts";
import type { Notice, Notifier } from "../ports/notifier.ts";
import type { RollupStore } from "../ports/rollup-store.ts";
import type { SecondOpinions } from "../ports/second-opinion.ts";

/** What a deployment keeps; empty when a replay begins. */
export interface ReplayStores {
  readonly rollups: RollupStore;
  readonly firstUses: FirstUses;
  readonly insights: InsightLog;
  readonly states: ModelStates;
  readonly findings: FindingStore;
  readonly checkpoints: Checkpoints;
  readonly incidents: LiveIncidents;
}

export interface ReplayInput {
  readonly delivered: DeliveredEvents;
  readonly insights: readonly DeliveredInsight[];
  /** @param clock of the replay */
  readonly keep: (clock: Clock) => ReplayStores;
  readonly knowledge: SayKnowledge;
  readonly riskyAction: (service: string, action: string) => boolean;
  /** A forest over what has been rolled up, from the replay's beginning on; `null` where none is asked. */
  readonly secondOpinion?: (stores: ReplayStores, begin: EpochMs) => SecondOpinions | null;
  /** How often a deployment looks; what was delivered in between is seen the next time. */
  readonly every: EpochMs;
  readonly onRun?: (now: EpochMs, span: TimeWindow) => void;
}

/** A message as a channel would have got it. */
export interface ReplayedMessage extends Notice {
  readonly at: EpochMs;
  /** Time of the newest event by somebody of the incident in its accounts that was delivered by then; `null` where none was found. */
  readonly newest: EpochMs | null;
}

export interface Replayed {
  /** Of the runs. */
  readonly span: TimeWindow;
  readonly runs: number;
  /** As they are after the last run, withdrawn ones too. By id. */
  readonly incidents: readonly DeliveredIncident[];
  /** In the order in which they were said. */
  readonly messages: readonly ReplayedMessage[];
}

/** Messages of one run; there is one only for what changed. */
const SAID_AT_ONCE = 1000;

/** A replay has one process, so that nothing it writes is anybody else's. */
const fence = (name: string) => ({ name, token: 1 });

/**
 * Lets a deployment live through the events as they were delivered: the same code that runs on AWS, under a clock that goes
 * from delivery to delivery. At no time does anything know what was delivered later. `null` where there is no event.
 */
export async function replayDelivery(input: ReplayInput): Promise<Replayed | null> {
  const { delivered, knowledge, every, onRun = () => {} } = input;
  const deliveries = await delivered.span();
  if (!deliveries) return null;
  const start = Math.ceil(deliveries.start / every) * every;
  const span = { start, end: deliveries.end + settledAfter(knowledge.config) };
  const replay = new Replay(input, start);
  let runs = 0;
  for (let now = start; now < span.end + every; now += every) {
    await replay.run(now);
    runs += 1;
    onRun(now, span);
  }
  return { span, runs, ...(await replay.outcome()) };
}

/** When nothing that was delivered last is open any more. */
const settledAfter = ({
  detection,
  live,
}: {
  readonly detection: DetectionConfig;
  readonly live: LiveConfig;
}): EpochMs => (detection.latenessMinutes + live.leakMinutes) * MINUTE + 2 * BUCKET;

class Replay {
  readonly #events: ReplayedEvents;
  readonly #insights: DeliveredInsight[];
  readonly #clock: { now(): EpochMs; set(time: EpochMs): void };
  readonly #stores: ReplayStores;
  readonly #watch: UsageWatch;
  readonly #keeper: IncidentKeeper;
  readonly #sweep: OutboxSweep;
  readonly #messages: ReplayedMessage[] = [];
  readonly #found = new Map<string, EpochMs>();

  constructor(input: ReplayInput, start: EpochMs) {
    const { delivered, insights, keep, knowledge, riskyAction } = input;
    let time = start;
    this.#clock = { now: () => time, set: (to) => (time = to) };
    this.#events = new ReplayedEvents(delivered, riskyAction);
    this.#insights = [...insights].sort((a, b) => b.deliveredAt - a.deliveredAt);
    const clock = this.#clock;
    this.#stores = keep(clock);
    const events = this.#events;
    this.#watch = new UsageWatch({ ...this.#stores, events, arrivals: events.arrivals, clock }, knowledge);
    const secondOpinion = input.secondOpinion?.(this.#stores, start);
    const opinions = secondOpinion ? { secondOpinion } : {};
    this.#keeper = new IncidentKeeper({ ...this.#stores, events, clock, ...opinions }, knowledge);
    const recorder: Notifier = { name: "replay", publish: (notice) => this.#record(notice) };
    this.#sweep = new OutboxSweep({ ...this.#stores, events, clock, notifiers: [recorder] }, knowledge, {
      costAnalysis: true,
      rootCauseAnalysis: true,
      lookBackMinutes: 0,
    });
  }

  async run(now: EpochMs): Promise<void> {
    this.#clock.set(now);
    await this.#events.advance(now);
    const came: InsightRecord[] = [];
    while ((this.#insights.at(-1)?.deliveredAt ?? now + 1) <= now) {
      came.push((this.#insights.pop() as DeliveredInsight).record);
    }
    if (came.length > 0) await this.#stores.insights.keep(came);
    await this.#watch.run(fence("watch"));
    const { opened } = await this.#keeper.run(fence("incidents"));
    if (opened > 0) for (const { draft } of await this.#kept()) this.#found.set(draft.id, this.#foundAt(draft.id));
    await this.#sweep.run(SAID_AT_ONCE);
  }

  async outcome(): Promise<Pick<Replayed, "incidents" | "messages">> {
    const incidents = (await this.#kept())
      .map(({ draft, explained, formerIds, withdrawnAt }) => ({
        draft,
        summary: explained?.explanation.summary ?? "",
        formerIds,
        withdrawnAt,
        foundAt: Math.min(...[draft.id, ...formerIds].map((id) => this.#foundAt(id))),
      }))
      .sort((a, b) => (a.draft.id < b.draft.id ? -1 : 1));
    return { incidents, messages: this.#messages };
  }

  #foundAt(id: string): EpochMs {
    return this.#found.get(id) ?? this.#clock.now();
  }

  #kept(): Promise<readonly KeptIncident[]> {
    return this.#stores.incidents.list(0);
  }

  async #record(notice: Notice): Promise<string> {
    const at = this.#clock.now();
    const { accounts, principals, window } = notice.incident;
    const { last } = await this.#events.occurrences({
      window: { start: window.start, end: at + 1 },
      accounts: accounts.map(({ id }) => id),
      ...(principals.length === 0 ? {} : { principals: principals.map(({ value }) => value) }),
    });
    this.#messages.push({ ...notice, at, newest: last });
    return String(this.#messages.length);
  }
}
