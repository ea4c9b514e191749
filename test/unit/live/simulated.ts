import { createHash } from "node:crypto";
import { type Config, parseConfig } from "#core/config/index.ts";
import { parseOrganization } from "#core/context/index.ts";
import { cloudtrailKey } from "#core/domain/cloudtrail-key.ts";
import type { InsightRecord } from "#core/domain/insight.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { normaliseRecord } from "#core/normalise/index.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { actionRisk, riskRank } from "#core/risk/action-risk.ts";
import { countedCopies } from "#core/use-cases/settle-shared.ts";
import { type SimulationOptions, simulate, type Truth } from "#simulator/index.ts";
import type { GeneratedEvent } from "../../fakes/usage-events.ts";

export interface SimulatedWorld {
  readonly directory: AccountDirectory;
  readonly config: Config;
  /** Each once, settled, by time. */
  readonly entries: readonly DeliveredEntry[];
  readonly insights: readonly InsightRecord[];
  readonly truth: Truth;
}

export interface DeliveredEntry extends GeneratedEvent {
  /** When CloudTrail delivered it. */
  readonly deliveredAt: EpochMs;
}

export const riskyAction = (service: string, action: string): boolean =>
  riskRank(actionRisk(service, action).level) >= riskRank("medium");

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A simulated organization's events as settling leaves them in a store. */
export function simulatedWorld(options: SimulationOptions, settings: object = {}): SimulatedWorld {
  const config = parseConfig(settings);
  const prices = createPriceBook();
  const events = new Map<string, DeliveredEntry>();
  const insights = new Map<string, InsightRecord>();
  let organization: unknown;
  let truth: Truth | null = null;
  for (const { path, text } of simulate(options)) {
    if (path === "organization.json") organization = JSON.parse(text);
    else if (path === "truth.json") truth = JSON.parse(text) as Truth;
    else if (!path.includes("-Digest")) {
      const deliveredAt = cloudtrailKey(path)?.deliveredAt ?? 0;
      for (const record of (JSON.parse(text) as { Records: readonly unknown[] }).Records) {
        const made = normaliseRecord(record, sha256);
        if (made.kind === "insight") insights.set(made.insight.id, made.insight);
        if (made.kind !== "event" || events.has(made.event.id)) continue;
        const event = { ...made.event, cost: prices.estimate(made.event) };
        events.set(event.id, { event, counted: true, deliveredAt });
      }
    }
  }
  const entries = [...events.values()].sort(
    (a, b) => a.event.time - b.event.time || (a.event.id < b.event.id ? -1 : 1),
  );
  return {
    directory: parseOrganization(organization, config.context),
    config,
    entries: withCounted(entries),
    insights: [...insights.values()],
    truth: truth as unknown as Truth,
  };
}

function withCounted(entries: readonly DeliveredEntry[]): readonly DeliveredEntry[] {
  const copies = new Map<string, number[]>();
  for (const [at, { event }] of entries.entries()) {
    if (event.sharedEventId === null) continue;
    copies.set(event.sharedEventId, [...(copies.get(event.sharedEventId) ?? []), at]);
  }
  const uncounted = new Set<number>();
  for (const places of copies.values()) {
    const counted = countedCopies(
      places.map((at) => {
        const { account, principal, resources, counterparties } = (entries[at] as DeliveredEntry).event;
        return { account, callerAccount: principal.account, resource: resources[0] ?? null, counterparties };
      }),
    );
    for (const [copy, counts] of counted.entries()) if (!counts) uncounted.add(places[copy] as number);
  }
  return entries.map((entry, at) => (uncounted.has(at) ? { ...entry, counted: false } : entry));
}
