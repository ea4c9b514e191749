import { createHash } from "node:crypto";
import type { AccountContext, AccountType } from "#core/domain/account.ts";
import type { Anomaly, Finding, PolicyViolation } from "#core/domain/finding.ts";
import type { IncidentDraft } from "#core/domain/incident.ts";
import { nanoUsd } from "#core/domain/money.ts";
import { DAY, type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent, Principal, Quantity } from "#core/domain/usage-event.ts";
import { attributeMoney } from "#core/incidents/attribute-money.ts";
import { buildIncidents } from "#core/incidents/build-incidents.ts";
import { incidentsConfigSchema } from "#core/incidents/config.ts";
import { facetsOf } from "#core/incidents/facets.ts";
import { scanDangers } from "#core/incidents/find-dangers.ts";
import { normaliseRecord } from "#core/normalise/index.ts";
import { completeNovelties } from "#core/novelty/complete-novelties.ts";
import { noveltyConfigSchema } from "#core/novelty/config.ts";
import { findNovelties } from "#core/novelty/find-novelties.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import { actionRisk, riskRank } from "#core/risk/action-risk.ts";
import { MemoryEventStore } from "../../fakes/memory-event-store.ts";

export const START: EpochMs = Date.UTC(2026, 9, 1);
export const MAIN = "111111111111";
export const OTHER = "222222222222";
export const THIRD = "333333333333";

export const OFFICE = "198.18.4.0/24";
export const FOREIGN = "203.0.113.0/24";

export const ORGANIZATION = directoryOf(
  [listed(MAIN, "prod-main"), listed(OTHER, "prod-two"), listed(THIRD, "prod-three")],
  "o-1234567890",
);

const NOBODY_LISTED = directoryOf([], null);

function directoryOf(accounts: readonly AccountContext[], organizationId: string | null): AccountDirectory {
  return {
    organizationId,
    accounts: () => accounts,
    account: (id) =>
      accounts.find((known) => known.id === id) ?? { ...listed(id, id, "unknown"), ouPath: null, known: false },
  };
}

function listed(id: string, alias: string, type: AccountType = "production"): AccountContext {
  return { id, alias, type, ouPath: "/Production", costCenter: null, owner: null, tags: {}, known: true };
}

let made = 0;

export interface EventChanges extends Partial<Omit<PricedUsageEvent, "principal" | "origin">> {
  readonly principal?: Partial<Principal>;
  readonly origin?: Partial<PricedUsageEvent["origin"]>;
}

export const role = (name: string, of = MAIN): string => `arn:aws:iam::${of}:role/${name}`;

/** A successful change by an application's role from the office, unless said otherwise. */
export function event({ principal, origin, ...changes }: EventChanges): PricedUsageEvent {
  made += 1;
  return {
    id: `event-${String(made).padStart(6, "0")}`,
    time: START,
    account: MAIN,
    region: "eu-west-1",
    service: "ec2",
    action: "RunInstances",
    readOnly: false,
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
    ...changes,
    principal: {
      type: "role",
      id: role("app"),
      name: "app",
      arn: null,
      session: null,
      accessKeyId: null,
      account: MAIN,
      mfa: null,
      ...principal,
    },
    origin: {
      invokedBy: null,
      sourceIp: "198.18.4.7",
      network: OFFICE,
      userAgent: "aws-sdk",
      tool: "sdk",
      vpcEndpointId: null,
      actor: "automation",
      ...origin,
    },
  };
}

export const instances = (amount: number, item = "m5.large"): Quantity => ({
  kind: "instances",
  change: "added",
  amount,
  item,
  purchase: "on-demand",
  resourceIds: [],
  attributes: {},
});

export const costing = (usdPerHour: number): PricedUsageEvent["cost"] => [
  { kind: "rate", direction: "added", lowPerHour: nanoUsd(usdPerHour), highPerHour: nanoUsd(usdPerHour), basis: [] },
];

/** Launches of `size` instances once a day at ten, for the principal's history. */
export const daily = (days: number, size: number, changes: EventChanges = {}): PricedUsageEvent[] =>
  Array.from({ length: days }, (_, day) =>
    event({ quantities: [instances(size)], ...changes, time: START + day * DAY + 10 * HOUR }),
  );

export function anomaly(events: readonly PricedUsageEvent[], changes: Partial<Anomaly> = {}): Anomaly {
  const times = events.map(({ time }) => time);
  const window = { start: Math.min(...times), end: Math.max(...times) + 5 * MINUTE };
  const of = events[0]?.account ?? MAIN;
  const region = events[0]?.region ?? "eu-west-1";
  const signal = changes.signal ?? "instances-launched";
  return {
    kind: "anomaly",
    id: `anomaly-${signal}-${events[0]?.id}`,
    account: of,
    region,
    window,
    severity: "medium",
    severityReasons: ["more than usual"],
    eventIds: events.slice(0, 25).map(({ id }) => id),
    facets: facetsOf(events),
    signal,
    entity: { account: of, region, principal: null, resource: null },
    actual: events.length,
    expected: 1,
    lower: 0,
    upper: 3,
    peak: { window, value: events.length },
    core: { window, value: events.length },
    usual: [],
    grade: 0.9,
    confidence: 0.9,
    historyDays: 14,
    direction: "rise",
    ...changes,
  };
}

export function violation(
  events: readonly PricedUsageEvent[],
  changes: Partial<PolicyViolation> = {},
): PolicyViolation {
  const { kind: _kind, ...base } = anomaly(events);
  const { id, account: of, region, window, severity, severityReasons, eventIds, facets } = base;
  return {
    kind: "policy",
    id: `policy-${id}`,
    policy: "approved-types",
    title: "Instance type not approved",
    account: of,
    region,
    window,
    severity,
    severityReasons,
    eventIds,
    facets,
    ...changes,
  };
}

export const CONFIG = incidentsConfigSchema.parse({});

const isRisky = (service: string, action: string): boolean =>
  riskRank(actionRisk(service, action).level) >= riskRank("medium");

export const storeOf = (events: readonly PricedUsageEvent[]): MemoryEventStore =>
  new MemoryEventStore(
    events.map((one) => ({ event: one, counted: true })),
    isRisky,
  );

/** Incidents of given findings over given events. */
export async function incidentsOf(
  findings: readonly Finding[],
  events: readonly PricedUsageEvent[],
  settings: { config?: object; directory?: AccountDirectory; now?: EpochMs } = {},
): Promise<IncidentDraft[]> {
  const store = storeOf(events);
  const span = (await store.span()) ?? { start: START, end: START };
  const attributed: Finding[] = [];
  for (const finding of findings) {
    attributed.push(finding.kind === "anomaly" ? await attributeMoney(store, finding) : finding);
  }
  return await buildIncidents({
    findings: attributed,
    store,
    directory: settings.directory ?? ORGANIZATION,
    coverage: await store.coverage(),
    span,
    config: incidentsConfigSchema.parse(settings.config ?? {}),
    alertBudget: null,
    now: settings.now ?? span.end,
  });
}

/** What dangers and firsts alone say of CloudTrail records, without an organization file. */
export async function incidentsInRecords(records: readonly unknown[]): Promise<IncidentDraft[]> {
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const events = records.flatMap((record) => {
    const normalised = normaliseRecord(record, sha256);
    return normalised.kind === "event" ? [{ ...normalised.event, cost: [] }] : [];
  });
  const store = storeOf(events);
  const span = await store.span();
  if (span === null) return [];
  const coverage = await store.coverage();
  const loggedAccounts = new Set(coverage.map(({ account: id }) => id));
  const about = { directory: NOBODY_LISTED, coverage, span };
  const rows = [];
  for await (const row of store.firstSeen()) rows.push(row);
  const config = noveltyConfigSchema.parse({});
  const novelties = await completeNovelties(store, findNovelties(rows, { ...about, config }), config);
  const dangers = await scanDangers(store, { directory: NOBODY_LISTED, loggedAccounts, span, config: CONFIG });
  return await buildIncidents({
    findings: [...novelties, ...dangers],
    store,
    ...about,
    config: CONFIG,
    alertBudget: null,
    now: span.end,
  });
}
