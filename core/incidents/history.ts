import { compareText } from "../domain/ordering.ts";
import { DAY, type EpochMs, HOUR, MINUTE, type TimeWindow } from "../domain/time.ts";
import type { QuantityKind, UsageEvent } from "../domain/usage-event.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { IncidentsConfig } from "./config.ts";
import type { IncidentMaterial } from "./material.ts";

/** What the accounts' own past says about the principals of an incident. */
export interface IncidentHistory {
  /** By principal id. */
  readonly principals: ReadonlyMap<string, PrincipalHistory>;
  /** Deployments in the incident's accounts shortly before and while it went on. */
  readonly deployments: readonly Deployment[];
}

interface Routine {
  /** Successful calls of the incident's actions, in its accounts. */
  readonly calls: number;
  /** Distinct UTC days with such calls, by network (empty text: none logged). */
  readonly daysByNetwork: ReadonlyMap<string, number>;
  readonly days: number;
  /** See {@link largestSizes}. */
  readonly largest: ReadonlyMap<SizeOf, Size>;
}

export interface PrincipalHistory extends Routine {
  /** The same after the incident, asked for only near the beginning of the data: a routine may have begun before it. */
  readonly later: Routine;
  /** More calls were there than were read: sizes and days are lower bounds. */
  readonly truncated: boolean;
  /** Secrets or parameters were read before. */
  readonly readSecrets: boolean;
}

/** A change of what should run, made by somebody, in one of the incident's accounts. */
export interface Deployment {
  readonly time: EpochMs;
  readonly account: string;
  readonly action: string;
  readonly principal: string;
  readonly byCloudFormation: boolean;
  readonly network: string | null;
  readonly eventId: string;
  /** Distinct earlier days on which the principal deployed from the same network. */
  readonly earlierDays: number;
}

export interface Size {
  readonly hour: number;
  readonly tenMinutes: number;
}

/** A quantity, or the number of calls of one action. */
export type SizeOf = QuantityKind | `calls ${string}`;

/** Principals whose past is asked for: those that the incident is about. */
const PRINCIPALS = 4;
const CALLS_READ = 5000;
/** What happens in the first days of the data is also held against the days after. */
const HINDSIGHT = 7 * DAY;
/** How long before the first launch its reason may have been deployed. */
const DEPLOYED_BEFORE = HOUR;

const DEPLOYING = [
  "cloudformation:CreateStack",
  "cloudformation:UpdateStack",
  "cloudformation:ExecuteChangeSet",
  "cloudformation:CreateStackInstances",
  "cloudformation:UpdateStackSet",
  "autoscaling:UpdateAutoScalingGroup",
  "autoscaling:SetDesiredCapacity",
  "autoscaling:CreateAutoScalingGroup",
  "autoscaling:StartInstanceRefresh",
  "ecs:UpdateService",
  "eks:UpdateNodegroupConfig",
];

/** Two or three questions a principal and two for deployments. */
export async function gatherHistory(
  store: EventStore,
  material: IncidentMaterial,
  span: TimeWindow,
  config: Pick<IncidentsConfig, "historyDays">,
): Promise<IncidentHistory> {
  const accounts = material.accounts.map(({ id }) => id);
  const start = Math.max(span.start, material.window.start - config.historyDays * DAY);
  const before: TimeWindow = { start, end: material.window.start };
  const actions = material.facets.actions.map(({ value }) => value);
  const after: TimeWindow | null =
    material.window.start < span.start + HINDSIGHT
      ? { start: material.window.end + DAY, end: Math.min(span.end, material.window.end + config.historyDays * DAY) }
      : null;
  const principals = new Map<string, PrincipalHistory>();
  for (const { value: principal } of material.principals.slice(0, PRINCIPALS)) {
    const calls = await store.events(
      { window: before, accounts, principals: [principal], filter: { actions, outcomes: ["success"] } },
      CALLS_READ,
    );
    const secrets = await store.occurrences({
      window: before,
      principals: [principal],
      filter: { marks: ["secret-read", "parameter-read"] },
    });
    const later =
      after === null
        ? []
        : await store.events(
            { window: after, accounts, principals: [principal], filter: { actions, outcomes: ["success"] } },
            CALLS_READ,
          );
    principals.set(principal, {
      ...summarise(calls),
      later: summarise(later),
      truncated: calls.length === CALLS_READ,
      readSecrets: secrets.events > 0,
    });
  }
  return { principals, deployments: await deploymentsOf(store, material, accounts, start) };
}

function summarise(calls: readonly UsageEvent[]): Routine {
  const days = new Set<number>();
  const byNetwork = new Map<string, Set<number>>();
  for (const { time, origin } of calls) {
    const day = Math.floor(time / DAY);
    days.add(day);
    const network = origin.network ?? "";
    byNetwork.set(network, (byNetwork.get(network) ?? new Set()).add(day));
  }
  return {
    calls: calls.length,
    days: days.size,
    daysByNetwork: new Map([...byNetwork].map(([network, set]) => [network, set.size])),
    largest: largestSizes(calls),
  };
}

async function deploymentsOf(
  store: EventStore,
  { window }: IncidentMaterial,
  accounts: readonly string[],
  start: EpochMs,
): Promise<Deployment[]> {
  const filter = { actions: DEPLOYING, outcomes: ["success"] as const };
  const from = Math.max(start, window.start - DEPLOYED_BEFORE);
  const now = await store.events({ window: { start: from, end: window.end }, accounts, filter }, CALLS_READ);
  if (now.length === 0) return [];
  const principals = [...new Set(now.map(({ principal }) => principal.id))].sort(compareText);
  const earlier = await store.events({ window: { start, end: from }, accounts, principals, filter }, CALLS_READ);
  const who = ({ account, principal, origin }: UsageEvent): string =>
    `${account}|${principal.id}|${origin.network ?? ""}`;
  const days = new Map<string, Set<number>>();
  for (const event of earlier) {
    days.set(who(event), (days.get(who(event)) ?? new Set()).add(Math.floor(event.time / DAY)));
  }
  return now.map((event) => ({
    time: event.time,
    account: event.account,
    action: `${event.service}:${event.action}`,
    principal: event.principal.id,
    byCloudFormation: event.origin.invokedBy === "cloudformation.amazonaws.com" || event.service === "cloudformation",
    network: event.origin.network,
    eventId: event.id,
    earlierDays: days.get(who(event))?.size ?? 0,
  }));
}

/** The most in any clock hour and in any ten minutes, of every quantity added or used and of the calls of every action. */
export function largestSizes(events: readonly UsageEvent[]): Map<SizeOf, Size> {
  const [hour, tenMinutes] = [peaksWithin(events, HOUR), peaksWithin(events, 10 * MINUTE)];
  return new Map([...hour].map(([what, amount]) => [what, { hour: amount, tenMinutes: tenMinutes.get(what) ?? 0 }]));
}

function peaksWithin(events: readonly UsageEvent[], length: number): Map<SizeOf, number> {
  const windows = new Map<number, Map<SizeOf, number>>();
  for (const event of events) {
    const window = Math.floor(event.time / length);
    const sizes = windows.get(window) ?? new Map<SizeOf, number>();
    windows.set(window, sizes);
    const add = (what: SizeOf, amount: number): void => void sizes.set(what, (sizes.get(what) ?? 0) + amount);
    add(`calls ${event.service}:${event.action}`, 1);
    for (const { kind, change, amount } of event.quantities) if (change !== "removed") add(kind, amount);
  }
  const peaks = new Map<SizeOf, number>();
  for (const sizes of windows.values()) {
    for (const [what, amount] of sizes) if (amount > (peaks.get(what) ?? 0)) peaks.set(what, amount);
  }
  return peaks;
}
