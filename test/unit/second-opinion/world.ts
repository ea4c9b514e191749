import { parseConfig } from "#core/config/index.ts";
import type { AccountContext, AccountType } from "#core/domain/account.ts";
import type { Incident } from "#core/domain/incident.ts";
import { BUCKET, bucketStart, DAY, type EpochMs, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { DetectorResult, DetectorState, SecondOpinions } from "#core/ports/second-opinion.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { BUILT_IN_SIGNALS } from "#core/signals/definitions.ts";
import { analyze } from "#core/use-cases/analyze.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { MemoryEventStore } from "../../fakes/memory-event-store.ts";
import { launched, sampleEvent } from "../../fakes/usage-events.ts";

/** A Monday. */
const START = Date.UTC(2026, 9, 26);
const DAYS = 18;
export const PROD = "111111111111";
export const DEV = "222222222222";
export const REGION = "eu-west-1";
export const SIGNAL = "instances-launched";

export const at = (days: number): EpochMs => bucketStart(START + days * DAY);
/** When {@link fleet} launches. */
export const SPIKE = at(16.1);

const account = (id: string, alias: string, type: AccountType, ouPath: string): AccountContext => ({
  id,
  alias,
  type,
  ouPath,
  costCenter: null,
  owner: null,
  tags: {},
  known: true,
});
const ACCOUNTS = [
  account(PROD, "prod-main", "production", "/Workloads/Production"),
  account(DEV, "dev-main", "development", "/Workloads/Development"),
];
const DIRECTORY: AccountDirectory = {
  organizationId: null,
  accounts: () => ACCOUNTS,
  account: (id) => ACCOUNTS.find((known) => known.id === id) as AccountContext,
};

const launch = (time: EpochMs, amount: number, of: string, name = "deploy"): PricedUsageEvent =>
  sampleEvent({
    id: `launch-${of}-${time}`,
    time,
    account: of,
    action: "RunInstances",
    readOnly: false,
    quantities: [launched(amount, "m5.large")],
    principal: {
      ...sampleEvent({ id: "" }).principal,
      id: `arn:aws:iam::${of}:role/${name}`,
      name,
      type: "role",
      arn: null,
      accessKeyId: null,
    },
  });

/** Both accounts launch four instances every six hours of every day. */
const routine = [PROD, DEV].flatMap((of) =>
  Array.from({ length: DAYS * 4 }, (_, i) => launch(at(i / 4) + MINUTE, 4, of)),
);

/** Forty instances at once, by somebody else. */
export const fleet = (of: string): PricedUsageEvent => launch(SPIKE + 2 * MINUTE, 40, of, "batch");

export const results = (changes: Partial<DetectorResult> = {}): DetectorResult => ({
  signal: SIGNAL,
  entity: { of: "region", account: PROD, region: REGION },
  window: { start: SPIKE - 100_000, end: SPIKE - 100_000 + BUCKET },
  grade: 1,
  confidence: 0.84,
  actual: 40,
  expected: 2.5,
  ...changes,
});

export const RUNNING: DetectorState = { signal: SIGNAL, by: "region", unheard: null, until: at(DAYS) };

export async function incidentsOf(
  events: readonly PricedUsageEvent[],
  secondOpinion?: SecondOpinions,
): Promise<readonly Incident[]> {
  const { incidents } = await analyze({
    version: "0",
    store: new MemoryEventStore([...routine, ...events].map((event) => ({ event, counted: true }))),
    directory: DIRECTORY,
    priceBook: createPriceBook(),
    engine: createCountEngine(),
    config: parseConfig({}),
    signals: BUILT_IN_SIGNALS.filter(({ id }) => id === SIGNAL || id === "usd-per-hour-added"),
    ingest: NOTHING_READ,
    insights: [],
    ...(secondOpinion ? { secondOpinion } : {}),
  });
  return incidents.filter(({ window }) => window.start > at(14));
}

const NOTHING_READ = {} as Parameters<typeof analyze>[0]["ingest"];

export const anomaliesOf = (incidents: readonly Incident[]) =>
  incidents.flatMap(({ findings }) => findings.filter((finding) => finding.kind === "anomaly"));
