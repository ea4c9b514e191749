import type { MemoryRollupStore } from "#adapters/memory/rollup-store.ts";
import { detectionConfigSchema } from "#core/detection/config.ts";
import type { AccountContext } from "#core/domain/account.ts";
import type { Signal } from "#core/domain/signal.ts";
import { BUCKET, bucketStart, DAY, type EpochMs, type TimeWindow } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import { BUILT_IN_SIGNALS } from "#core/signals/definitions.ts";
import { type RollUpInput, type RollUpState, type RollUpSummary, rollUp } from "#core/use-cases/roll-up.ts";
import { MemoryEventStore } from "../../fakes/memory-event-store.ts";
import { launched, sampleEvent } from "../../fakes/usage-events.ts";

/** A Monday. */
export const START = Date.UTC(2026, 9, 26);
export const MAIN = "111111111111";
export const OTHER = "222222222222";
export const LATENESS = 3 * BUCKET;

export const at = (days: number): EpochMs => bucketStart(START + days * DAY);

const DIRECTORY: AccountDirectory = {
  organizationId: null,
  accounts: () => [],
  account: (id): AccountContext => ({
    id,
    alias: id,
    type: id === MAIN ? "production" : "development",
    ouPath: id === MAIN ? "/Production" : null,
    costCenter: null,
    owner: null,
    tags: {},
    known: true,
  }),
};

const SIGNALS: readonly Signal[] = BUILT_IN_SIGNALS.filter(({ id }) =>
  ["instances-launched", "denied-calls-by-principal"].includes(id),
);

let made = 0;

/** One event that no signal counts in every bucket but for the silences: what shows that an account is delivered. */
export function heartbeats(window: TimeWindow, account = MAIN, silences: readonly TimeWindow[] = []) {
  const events: PricedUsageEvent[] = [];
  for (let time = window.start; time < window.end; time += BUCKET) {
    if (silences.some(({ start, end }) => time >= start && time < end)) continue;
    events.push(sampleEvent({ id: `beat-${account}-${time}`, time, account }));
  }
  return events;
}

export function launch(time: EpochMs, amount: number, account = MAIN): PricedUsageEvent {
  made += 1;
  return sampleEvent({
    id: `launch-${made}`,
    time,
    account,
    action: "RunInstances",
    readOnly: false,
    quantities: [launched(amount, "m5.large")],
  });
}

export interface Run {
  readonly events: readonly PricedUsageEvent[];
  readonly rollups: MemoryRollupStore;
  readonly now?: EpochMs;
  readonly state?: RollUpState | null;
  readonly arrived?: readonly EpochMs[];
  readonly signals?: readonly Signal[];
  readonly dense?: readonly string[];
  readonly onChanges?: RollUpInput["onChanges"];
}

export const run = ({
  events,
  rollups,
  now,
  state = null,
  arrived,
  signals = SIGNALS,
  dense = SIGNALS.map(({ id }) => id),
  onChanges,
}: Run): Promise<RollUpSummary> =>
  rollUp({
    events: new MemoryEventStore(events.map((event) => ({ event, counted: true }))),
    rollups,
    directory: DIRECTORY,
    signals,
    dense,
    config: detectionConfigSchema.parse({}),
    state,
    ...(now === undefined ? {} : { now }),
    ...(arrived ? { arrived } : {}),
    ...(onChanges ? { onChanges } : {}),
  });
