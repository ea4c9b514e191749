import type { PolicyViolation } from "../domain/finding.ts";
import { compareText } from "../domain/ordering.ts";
import type { EventFilter } from "../domain/signal.ts";
import { type EpochMs, HOUR } from "../domain/time.ts";
import type { QuantityKind, UsageEvent } from "../domain/usage-event.ts";
import { principalWords } from "../messages/principal.ts";
import { isAwsService } from "./actors.ts";
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

const WORDS: Readonly<Partial<Record<QuantityKind, string>>> = {
  "nat-gateways": "NAT gateways",
  addresses: "IP addresses",
  "db-instances": "database instances",
  "ml-instances": "machine-learning instances",
};

/** Freed so often before that leaving something behind is no habit: a pipeline that only builds never leaks by this. */
const FREED_BEFORE = 5;
const FREED_SHARE = 0.7;

/** Not freed for this long is left behind; what is freed sooner was in use. */
const LATE: EpochMs = 12 * HOUR;

/** A leak is on when of the last so many that should have been freed, at least so many were not: now and then one forgets one. */
const LOOKED_AT = 8;
const LEFT_BEHIND = 7;

/** Calls that made what was left behind: fewer may be one record of freeing that never arrived. */
const LEAKING_CALLS = 3;

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
  /** Made, oldest first, freed since or not; at most {@link MOST_HELD}. */
  recent: Made[];
  readonly held: Map<string, Made>;
  made: number;
  freed: number;
  /** While a leak is on: what was left behind, freed since or not. */
  leak: Map<string, Made> | null;
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
    for (const maker of this.#makers.values()) {
      this.#look(maker, end);
      this.#close(maker);
    }
    return this.#found.sort((a, b) => a.window.start - b.window.start || compareText(a.id, b.id));
  }

  #made(kind: QuantityKind, event: UsageEvent, id: string): void {
    if (isAwsService(event.principal.id)) return;
    const key = `${kind}|${event.account}|${event.principal.id}`;
    const maker: Maker = this.#makers.get(key) ?? {
      kind,
      account: event.account,
      principal: event.principal.id,
      recent: [],
      held: new Map(),
      made: 0,
      freed: 0,
      leak: null,
    };
    this.#makers.set(key, maker);
    this.#makerOf.set(`${kind}|${id}`, maker);
    const made = { event, id };
    maker.recent.push(made);
    maker.held.set(id, made);
    maker.leak?.set(id, made);
    maker.made += 1;
    if (maker.recent.length > MOST_HELD) this.#forget(maker);
    this.#look(maker, event.time);
  }

  #forget(maker: Maker): void {
    for (const { id } of maker.recent.splice(0, MOST_HELD / 2)) {
      maker.held.delete(id);
      this.#makerOf.delete(`${maker.kind}|${id}`);
    }
  }

  #freed(kind: QuantityKind, event: UsageEvent, id: string): void {
    const maker = this.#makerOf.get(`${kind}|${id}`);
    const made = maker?.held.get(id);
    if (!maker || !made) return;
    this.#makerOf.delete(`${kind}|${id}`);
    if (!isLate(made, event.time)) maker.leak?.delete(id);
    maker.held.delete(id);
    maker.freed += 1;
    if (maker.leak !== null && !hasLeft(lastLate(maker, event.time), maker)) this.#close(maker);
  }

  #look(maker: Maker, now: EpochMs): void {
    if (maker.leak !== null || maker.freed < FREED_BEFORE) return;
    const late = lastLate(maker, now);
    const [first] = late;
    if (!first || !hasLeft(late, maker)) return;
    const since = maker.recent.slice(maker.recent.indexOf(first));
    const freedSince = since.filter(({ id }) => !maker.held.has(id)).length;
    const [madeBefore, freedBefore] = [maker.made - since.length, maker.freed - freedSince];
    if (freedBefore < FREED_BEFORE || freedBefore < FREED_SHARE * madeBefore) return;
    maker.leak = new Map(since.filter(({ id }) => maker.held.has(id)).map((made) => [made.id, made]));
  }

  #close(maker: Maker): void {
    const { leak } = maker;
    maker.leak = null;
    if (leak === null) return;
    const left = [...leak.values()];
    const [first] = left;
    const last = left[left.length - 1];
    if (!first || !last) return;
    const events = [...new Map(left.map(({ event }) => [event.id, event])).values()];
    if (events.length < LEAKING_CALLS) return;
    const facets = new FacetCounter();
    for (const event of events) facets.add(event);
    const what = WORDS[maker.kind] ?? maker.kind.replaceAll("-", " ");
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
        `${left.length} ${what} left behind by ${principalWords(maker.principal)}, which had freed ${maker.freed} of ${maker.made - left.length} others`,
      ],
      eventIds: events.slice(0, FINDING_EVENT_IDS).map(({ id }) => id),
      facets: facets.result(),
    });
  }
}

const isLate = ({ event }: Made, now: EpochMs): boolean => now - event.time >= LATE;

/** The last few that should have been freed by now. */
function lastLate({ recent }: Maker, now: EpochMs): Made[] {
  let end = recent.length;
  for (let made = recent[end - 1]; made && !isLate(made, now); made = recent[end - 1]) end -= 1;
  return recent.slice(Math.max(0, end - LOOKED_AT), end);
}

const hasLeft = (late: readonly Made[], { held }: Maker): boolean =>
  late.length === LOOKED_AT && late.filter(({ id }) => held.has(id)).length >= LEFT_BEHIND;

const sameRegion = (events: readonly UsageEvent[]): string =>
  new Set(events.map(({ region }) => region)).size === 1 ? (events[0]?.region ?? "*") : "*";
