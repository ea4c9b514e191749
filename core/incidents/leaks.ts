import type { PolicyViolation } from "../domain/finding.ts";
import { compareText } from "../domain/ordering.ts";
import type { EventFilter } from "../domain/signal.ts";
import { type EpochMs, HOUR } from "../domain/time.ts";
import type { QuantityKind, UsageEvent } from "../domain/usage-event.ts";
import { isAwsService, principalName } from "./actors.ts";
import { FacetCounter } from "./facets.ts";
import { shortHash } from "./identifier.ts";

/** What keeps costing until it is freed, and is freed one by one. */
const LEAKABLE: readonly QuantityKind[] = [
  "instances",
  "volumes",
  "nat-gateways",
  "load-balancers",
  "addresses",
  "db-instances",
  "ml-instances",
  "cache-nodes",
  "search-nodes",
];

/** Freed so often before that leaving something behind is no habit: a pipeline that only builds never leaks by this. */
const FREED_BEFORE = 5;
const FREED_SHARE = 0.7;

/** Left behind at once, from which it is a leak: so many, and so many times what was ever left at once before. */
const LEAKED_LEAST = 5;
const LEAKED_TIMES = 3;

/** Not freed for this long; what is freed later was only slow. */
const LATE: EpochMs = 12 * HOUR;

/** Remembered of one maker; a pipeline that only builds would otherwise fill memory. */
const MOST_HELD = 2000;

const FINDING_EVENT_IDS = 25;

export const LEAK_FILTERS: readonly EventFilter[] = [{ outcomes: ["success"], quantities: LEAKABLE }];

interface Made {
  readonly event: UsageEvent;
  readonly id: string;
}

interface Maker {
  readonly kind: QuantityKind;
  readonly account: string;
  readonly principal: string;
  /** Not freed yet, oldest first. */
  readonly held: Map<string, Made>;
  freed: number;
  made: number;
  /** Most that were held when one of them was freed: what is usual. */
  mostHeld: number;
  /** Set once a leak is on: what was held when it began stays the measure. */
  leak: { readonly usual: number; readonly since: EpochMs } | null;
}

/**
 * What somebody who always cleans up has stopped to clean up: resources that a principal makes and frees, again and
 * again, and then only makes. A count per hour cannot see it, however long its window: each one by itself is usual.
 */
export class LeakFinder {
  readonly #makers = new Map<string, Maker>();
  readonly #makerOf = new Map<string, Maker>();
  readonly #found: PolicyViolation[] = [];

  /** Events in time order. */
  add(event: UsageEvent): void {
    if (event.outcome !== "success") return;
    for (const { kind, change, resourceIds } of event.quantities) {
      if (!LEAKABLE.includes(kind)) continue;
      for (const id of resourceIds) {
        if (change === "added") this.#made(kind, event, id);
        else if (change === "removed") this.#freed(kind, event, id);
      }
    }
  }

  /** Leaks that are still on at `end`, the end of the data, and those that ended before. Sorted by start, then id. */
  finish(end: EpochMs): PolicyViolation[] {
    for (const maker of this.#makers.values()) this.#close(maker, end);
    return this.#found.sort((a, b) => a.window.start - b.window.start || compareText(a.id, b.id));
  }

  #made(kind: QuantityKind, event: UsageEvent, id: string): void {
    if (isAwsService(event.principal.id)) return;
    const key = `${kind}|${event.account}|${event.principal.id}`;
    const maker = this.#makers.get(key) ?? {
      kind,
      account: event.account,
      principal: event.principal.id,
      held: new Map(),
      freed: 0,
      made: 0,
      mostHeld: 0,
      leak: null,
    };
    this.#makers.set(key, maker);
    this.#makerOf.set(`${kind}|${id}`, maker);
    maker.held.set(id, { event, id });
    maker.made += 1;
    if (maker.leak === null && this.#leaks(maker)) maker.leak = { usual: maker.mostHeld, since: event.time };
    for (const oldest of maker.held.keys()) {
      if (maker.held.size <= MOST_HELD) break;
      maker.held.delete(oldest);
    }
  }

  #leaks({ held, freed, made, mostHeld }: Maker): boolean {
    const before = made - held.size;
    return (
      freed >= FREED_BEFORE &&
      before > 0 &&
      freed / before >= FREED_SHARE &&
      held.size >= Math.max(LEAKED_LEAST, LEAKED_TIMES * mostHeld)
    );
  }

  #freed(kind: QuantityKind, event: UsageEvent, id: string): void {
    const maker = this.#makerOf.get(`${kind}|${id}`);
    if (!maker?.held.has(id)) return;
    this.#makerOf.delete(`${kind}|${id}`);
    maker.freed += 1;
    // Many at once, all freed in good time, are usual from now on.
    if (maker.leak === null || event.time - maker.leak.since < LATE)
      maker.mostHeld = Math.max(maker.mostHeld, maker.held.size);
    maker.held.delete(id);
    if (maker.leak && maker.held.size <= Math.max(1, maker.leak.usual)) this.#close(maker, event.time);
  }

  #close(maker: Maker, now: EpochMs): void {
    const { leak } = maker;
    maker.leak = null;
    if (leak === null || now - leak.since < LATE) return;
    const held = [...maker.held.values()];
    const [first] = held;
    const last = held[held.length - 1];
    if (!first || !last || held.length < LEAKED_LEAST) return;
    const facets = new FacetCounter();
    const events = [...new Map(held.map(({ event }) => [event.id, event])).values()];
    for (const event of events) facets.add(event);
    const what = maker.kind.replaceAll("-", " ");
    this.#found.push({
      kind: "policy",
      id: `danger-${shortHash("never-freed", maker.kind, maker.account, maker.principal, first.event.id)}`,
      policy: "danger/never-freed",
      title: `${what} made and not freed`,
      account: maker.account,
      region: sameRegion(events),
      window: { start: first.event.time, end: last.event.time + 1 },
      severity: "medium",
      severityReasons: [
        `${held.length} ${what} that ${principalName(maker.principal)} made were not freed, which freed ${maker.freed} before and never left more than ${leak.usual}`,
      ],
      eventIds: events.slice(0, FINDING_EVENT_IDS).map(({ id }) => id),
      facets: facets.result(),
    });
  }
}

const sameRegion = (events: readonly UsageEvent[]): string =>
  new Set(events.map(({ region }) => region)).size === 1 ? (events[0]?.region ?? "*") : "*";
