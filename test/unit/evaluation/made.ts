import type { Severity } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import type { PlantedStory, Truth } from "#simulator/index.ts";

interface Told {
  readonly severity?: Severity;
  readonly expected?: boolean;
  readonly accounts?: readonly string[];
  readonly principals?: readonly string[];
  /** Of events that only a finding has. */
  readonly findingEventIds?: readonly string[];
}

/** An incident as far as scoring reads it. */
export function incident(eventIds: readonly string[], told: Told = {}): Incident {
  const { severity = "high", expected = false, accounts = ["a"], principals = ["role"], findingEventIds = [] } = told;
  const paged = !expected && !["info", "low"].includes(severity);
  return {
    severity,
    expected: { expected, reasons: [] },
    paging: { paged, reason: "" },
    accounts: accounts.map((id) => ({ id, alias: id })),
    principals: principals.map((value) => ({ value, count: 1 })),
    findings: findingEventIds.length > 0 ? [{ kind: "insight", eventIds: findingEventIds }] : [],
    severityReasons: [],
    joinedBy: [],
    eventIds,
    eventCount: eventIds.length,
    explanation: { summary: "something happened" },
  } as unknown as Incident;
}

export function story(name: string, eventIds: readonly string[], changes: Partial<PlantedStory> = {}): PlantedStory {
  return {
    name,
    kind: "incident",
    title: name,
    accounts: ["a"],
    regions: [],
    principals: [{ id: "role", arn: "role", session: null, accessKeyId: null, sourceIp: "198.18.0.1" }],
    start: "2026-11-09T00:00:00Z",
    end: "2026-11-09T01:00:00Z",
    eventCount: eventIds.length,
    eventIds,
    measures: {},
    note: "",
    ...changes,
  };
}

/** A world of three weeks. */
export const truth = (...planted: readonly PlantedStory[]): Truth =>
  ({
    options: { accounts: 12, days: 21, seed: 5 },
    start: "2026-10-26T00:00:00Z",
    end: "2026-11-16T00:00:00Z",
    events: 1000,
    planted,
    leftOut: [],
  }) as unknown as Truth;
