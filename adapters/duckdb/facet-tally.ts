import { FACET_NAMES, type Facet, type FacetName, type FindingFacets } from "#core/domain/finding.ts";
import { compareText } from "#core/domain/ordering.ts";
import { EVENT_MARKS, signalRegion } from "#core/domain/usage-event.ts";
import type { Dictionaries } from "./dictionary.ts";

/** Values that a facet names. */
export const FACET_VALUES = 20;

/** Columns of the two dictionaries of callers that are facets. */
export const CALLER_FACETS = {
  principals: { principals: "id", sessions: "session", accessKeys: "access_key_id" },
  origins: {
    tools: "tool",
    userAgents: "user_agent",
    networks: "network",
    sourceIps: "source_ip",
    invokedBy: "invoked_by",
    actors: "actor",
  },
} as const;

export type CallerFacet = keyof (typeof CALLER_FACETS)["principals"] | keyof (typeof CALLER_FACETS)["origins"];

/** Counts numbers of dictionary entries, so that names are looked up only once for what is the same. */
export class NumberCounts {
  readonly #counts = new Map<number, number>();

  add(number: number | null | undefined, count = 1): void {
    if (number !== null && number !== undefined) this.#counts.set(number, (this.#counts.get(number) ?? 0) + count);
  }

  numbers(): readonly number[] {
    return [...this.#counts.keys()];
  }

  [Symbol.iterator](): IterableIterator<[number, number]> {
    return this.#counts.entries();
  }
}

/** How many events carry which value of which facet. */
export class FacetTally {
  events = 0;
  readonly #counts = Object.fromEntries(FACET_NAMES.map((facet) => [facet, new Map()])) as Record<
    FacetName,
    Map<string, number>
  >;

  add(facet: FacetName, value: string | null | undefined, count = 1): void {
    if (value === null || value === undefined) return;
    const counts = this.#counts[facet];
    counts.set(value, (counts.get(value) ?? 0) + count);
  }

  addMarks(bits: number, count = 1): void {
    if (bits === 0) return;
    for (const [bit, mark] of EVENT_MARKS.entries()) if ((bits & (2 ** bit)) !== 0) this.add("marks", mark, count);
  }

  async addActions(places: NumberCounts, dictionaries: Dictionaries): Promise<void> {
    const actions = await dictionaries.actions.all();
    const regions = await dictionaries.regions.all();
    for (const [place, count] of places) {
      const action = actions.get(Math.floor(place / REGIONS));
      const region = regions.get(place % REGIONS)?.region;
      if (action) this.add("actions", `${action.service}:${action.action}`, count);
      if (action && region !== undefined) this.add("regions", signalRegion(action.service, region), count);
    }
  }

  async addErrors(errors: NumberCounts, dictionaries: Dictionaries): Promise<void> {
    const entries = await dictionaries.errorCodes.entries(errors.numbers());
    for (const [number, count] of errors) this.add("errorCodes", entries.get(number)?.error_code, count);
  }

  async addCallers(part: keyof typeof CALLER_FACETS, callers: NumberCounts, dictionaries: Dictionaries): Promise<void> {
    const entries = await dictionaries[part].entries(callers.numbers());
    const columns = Object.entries(CALLER_FACETS[part]);
    for (const [number, count] of callers) {
      const entry = entries.get(number) as Readonly<Record<string, unknown>> | undefined;
      for (const [facet, column] of columns) {
        this.add(facet as CallerFacet, entry?.[column] as string | null | undefined, count);
      }
    }
  }

  result(): FindingFacets {
    const facets = Object.fromEntries(FACET_NAMES.map((facet) => [facet, top(this.#counts[facet])]));
    return { events: this.events, ...facets } as unknown as FindingFacets;
  }
}

const REGIONS = 2 ** 21;

/** An action and a region as one number. */
export const placeOf = (actionId: number, regionId: number): number => actionId * REGIONS + regionId;

const top = (counts: ReadonlyMap<string, number>): readonly Facet[] =>
  [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || compareText(a.value, b.value))
    .slice(0, FACET_VALUES);
