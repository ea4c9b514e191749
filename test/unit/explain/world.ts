import type { AccountContext, AccountType } from "#core/domain/account.ts";
import type { Anomaly, Finding, Novelty, NoveltyDimension, PolicyViolation, Severity } from "#core/domain/finding.ts";
import type { Incident, IncidentDraft } from "#core/domain/incident.ts";
import { nanoUsd, scaleUsd } from "#core/domain/money.ts";
import { DAY, type EpochMs, MINUTE, type TimeWindow } from "#core/domain/time.ts";
import type { PricedUsageEvent, Quantity } from "#core/domain/usage-event.ts";
import { type ExplainContext, explainIncident } from "#core/explain/explain-incident.ts";
import { facetsOf } from "#core/incidents/facets.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import { BUILT_IN_SIGNALS } from "#core/signals/definitions.ts";
import { matchesFilter } from "#core/signals/filter.ts";
import { MemoryEventStore } from "../../fakes/memory-event-store.ts";

export const NIGHT: EpochMs = Date.UTC(2026, 10, 3, 2, 10);
export const SPAN: TimeWindow = { start: NIGHT - 20 * DAY, end: NIGHT + DAY };

export const account = (
  id: string,
  alias: string,
  type: AccountType,
  more: Partial<AccountContext> = {},
): AccountContext => ({
  id,
  alias,
  type,
  ouPath: null,
  costCenter: null,
  owner: null,
  tags: {},
  known: true,
  ...more,
});

export const PROD = account("111122223333", "prod-main", "production", {
  owner: "web-team",
  costCenter: "CC-17",
  ouPath: "/Workloads/Production",
});
export const PROD_EU = account("111122224444", "prod-eu", "production");
export const DEV = account("444455556666", "dev-ml", "development", { owner: "ml-team" });
export const SECURITY = account("777788889999", "security-audit", "security");
export const ACCOUNTS = [PROD, PROD_EU, DEV, SECURITY];

const directoryOf = (accounts: readonly AccountContext[]): AccountDirectory => ({
  account: (id) => accounts.find((known) => known.id === id) ?? { ...account(id, id, "unknown"), known: false },
  accounts: () => accounts,
  organizationId: null,
});

let serial = 0;
export const restartIds = (): void => {
  serial = 0;
};

/** An ordinary successful call by a pipeline role; change what matters. */
export function event(
  time: EpochMs,
  call: string,
  change: Partial<Omit<PricedUsageEvent, "principal" | "origin">> & {
    readonly principal?: Partial<PricedUsageEvent["principal"]>;
    readonly origin?: Partial<PricedUsageEvent["origin"]>;
  } = {},
): PricedUsageEvent {
  serial += 1;
  const [service = "", action = ""] = call.split(":");
  const { principal, origin, ...rest } = change;
  return {
    id: `00000000-0000-4000-8000-${serial.toString().padStart(12, "0")}`,
    time,
    account: PROD.id,
    region: "eu-west-1",
    service,
    action,
    readOnly: /^(Get|List|Describe)/.test(action),
    category: "management",
    outcome: "success",
    errorCode: null,
    resources: [],
    quantities: [],
    marks: [],
    counterparties: [],
    sharedEventId: null,
    requestId: null,
    cost: [],
    ...rest,
    principal: {
      type: "role",
      id: `arn:aws:iam::${change.account ?? PROD.id}:role/deploy`,
      name: "deploy",
      arn: null,
      session: "web-release",
      accessKeyId: "ASIAEXAMPLEDEPLOY0001",
      account: change.account ?? PROD.id,
      mfa: null,
      ...principal,
    },
    origin: {
      invokedBy: null,
      sourceIp: "198.51.100.7",
      network: "198.51.100.0/24",
      userAgent: "APN/1.0 HashiCorp/1.0 Terraform/1.9.5",
      tool: "terraform",
      vpcEndpointId: null,
      actor: "automation",
      ...origin,
    },
  };
}

export const quantity = (kind: Quantity["kind"], amount: number, more: Partial<Quantity> = {}): Quantity => ({
  kind,
  change: "added",
  amount,
  item: null,
  purchase: null,
  resourceIds: [],
  attributes: {},
  ...more,
});

/** Launches one call each, `usdPerHour` an instance. */
export function launches(
  count: number,
  type: string,
  usdPerHour: number,
  from: EpochMs,
  change: Parameters<typeof event>[2] = {},
  accelerated = false,
): readonly PricedUsageEvent[] {
  return Array.from({ length: count }, (_, at) => {
    const id = `i-${(0xabc0000 + serial).toString(16).padStart(17, "0")}`;
    const rate = nanoUsd(usdPerHour);
    return event(from + Math.floor((at * 9 * MINUTE) / count), "ec2:RunInstances", {
      resources: [`instance/${id}`],
      quantities: [
        quantity("instances", 1, { item: type, purchase: "on-demand", resourceIds: [id] }),
        ...(accelerated
          ? [quantity("accelerated-instances", 1, { item: type, purchase: "on-demand", resourceIds: [id] })]
          : []),
      ],
      cost: [
        {
          kind: "rate",
          direction: "added",
          lowPerHour: rate,
          highPerHour: scaleUsd(rate, 1.2),
          basis: [`${type} on demand`],
        },
      ],
      ...change,
    });
  });
}

const base = (
  events: readonly PricedUsageEvent[],
  where: AccountContext,
  region: string,
  window: TimeWindow,
  severity: Severity,
) => ({
  id: `finding-${where.id}-${region}-${events[0]?.id ?? "none"}`,
  account: where.id,
  region,
  window,
  severity,
  severityReasons: [],
  eventIds: events.slice(0, 25).map(({ id }) => id),
  facets: facetsOf(events),
});

export const TEN_MINUTES: TimeWindow = { start: NIGHT, end: NIGHT + 10 * MINUTE };

/** An anomaly over those of the events that the signal counts. */
export function anomaly(
  signalId: string,
  all: readonly PricedUsageEvent[],
  where: AccountContext,
  expected: number | null,
  more: {
    readonly region?: string;
    readonly window?: TimeWindow;
    readonly severity?: Severity;
    readonly historyDays?: number;
    readonly actual?: number;
    readonly resource?: string;
    readonly principal?: string;
  } = {},
): Anomaly {
  const signal = BUILT_IN_SIGNALS.find(({ id }) => id === signalId);
  if (!signal) throw new Error(`no signal ${signalId}`);
  const window = more.window ?? TEN_MINUTES;
  const region = more.region ?? "eu-west-1";
  const { value } = signal;
  const counted = all.filter(
    (one) =>
      one.account === where.id &&
      matchesFilter(one, signal.filter) &&
      (value.of !== "quantity" ||
        one.quantities.some(({ kind, change }) => kind === value.kind && change === value.change)),
  );
  const actual =
    more.actual ??
    (value.of === "quantity"
      ? counted
          .flatMap(({ quantities }) => quantities)
          .reduce(
            (sum, { kind, change, amount }) => (kind === value.kind && change === value.change ? sum + amount : sum),
            0,
          )
      : counted.length);
  return {
    ...base(counted, where, region, window, more.severity ?? "high"),
    kind: "anomaly",
    signal: signalId,
    entity: { account: where.id, region, principal: more.principal ?? null, resource: more.resource ?? null },
    actual,
    expected,
    lower: expected === null ? null : 0,
    upper: expected === null ? null : expected * 2,
    peak: { window, value: actual },
    core: { window, value: actual },
    usual: [],
    grade: 0.9,
    confidence: 0.8,
    historyDays: more.historyDays ?? 20,
    direction: "rise",
  };
}

export function novelty(
  dimension: NoveltyDimension,
  value: string,
  events: readonly PricedUsageEvent[],
  where: AccountContext,
  more: Partial<Novelty> = {},
): Novelty {
  const [first] = events;
  return {
    ...base(events, where, more.region ?? "eu-west-1", TEN_MINUTES, more.severity ?? "medium"),
    kind: "novelty",
    dimension,
    value,
    firstEventId: first?.id ?? "",
    firstTime: first?.time ?? NIGHT,
    accountAgeDays: 20,
    peers: { using: 0, of: 4 },
    ...more,
  };
}

export const violation = (
  policy: string,
  title: string,
  events: readonly PricedUsageEvent[],
  where: AccountContext,
  severity: Severity = "high",
  region = "eu-west-1",
): PolicyViolation => ({
  ...base(events, where, region, TEN_MINUTES, severity),
  kind: "policy",
  policy,
  title,
});

export function draft(
  findings: readonly Finding[],
  events: readonly PricedUsageEvent[],
  accounts: readonly AccountContext[],
  more: Partial<IncidentDraft> = {},
): IncidentDraft {
  const start = Math.min(...findings.map(({ window }) => window.start));
  const end = Math.max(...findings.map(({ window }) => window.end));
  return {
    id: `inc-${findings[0]?.id ?? "none"}`,
    revision: 1,
    state: "open",
    openedAt: start,
    updatedAt: end,
    closedAt: null,
    window: { start, end },
    severity: "high",
    severityReasons: ["47 in ten minutes, the threshold for high is 20"],
    accounts,
    regions: [...new Set(findings.map(({ region }) => region))],
    principals: facetsOf(events).principals,
    findings,
    joinedBy: [],
    expected: { expected: false, reasons: [] },
    expectedLoss: { usd: 9500, because: ["high stands for 10,000 USD"] },
    paging: { paged: true, reason: "high, and not expected", heldBackBy: null },
    mute: null,
    label: null,
    eventIds: events.slice(0, 200).map(({ id }) => id),
    eventCount: events.length,
    ...more,
  };
}

const storeOf = (events: readonly PricedUsageEvent[]): MemoryEventStore =>
  new MemoryEventStore(events.map((event) => ({ event, counted: true })));

export const contextOf = (events: readonly PricedUsageEvent[], more: Partial<ExplainContext> = {}): ExplainContext => ({
  store: storeOf(events),
  directory: directoryOf(ACCOUNTS),
  priceBook: { asOf: "2026-10-01", sources: ["list"], estimate: () => [], price: () => null },
  signals: BUILT_IN_SIGNALS,
  span: SPAN,
  ...more,
});

export const explain = (
  subject: IncidentDraft,
  events: readonly PricedUsageEvent[],
  more: Partial<ExplainContext> = {},
): Promise<Incident> => explainIncident(subject, contextOf(events, more));
