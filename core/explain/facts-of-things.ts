import type { Facet } from "../domain/finding.ts";
import { DAY, type TimeWindow } from "../domain/time.ts";
import type { PricedUsageEvent, Quantity, QuantityKind } from "../domain/usage-event.ts";
import { amount, counted, listed, utc } from "../messages/format.ts";
import { accountName, typeWord } from "../messages/phrases.ts";
import { named } from "../messages/visible.ts";
import { approvedTypes } from "../policies/violations.ts";
import { signalOf } from "./case.ts";
import { type Clue, clue, type Tag } from "./clues.ts";
import type { Inquiry } from "./inquiry.ts";
import { allOf, among, findingCondition, within } from "./sql.ts";

/** What was made: how many of which type, whether such types are approved, and how much of it is gone again. */
export async function factsOfThings(inquiry: Inquiry): Promise<readonly Clue[]> {
  return [...itemsMade(inquiry), ...unapproved(inquiry), ...(await freed(inquiry))];
}

export interface Made {
  readonly kind: QuantityKind;
  readonly item: string;
  readonly count: number;
}

/** Kinds whose item is a size to read: `8 x p3.16xlarge`. */
const SIZED = new Set<QuantityKind>([
  "instances",
  "db-instances",
  "ml-instances",
  "emr-instances",
  "warehouse-nodes",
  "cache-nodes",
  "search-nodes",
]);

/** Sized things that were added by the leads, most first. `instances` and `accelerated-instances` count the same machines. */
export function thingsMade(facets: { readonly items: readonly Facet[] }): readonly Made[] {
  return facets.items.flatMap(({ value, count }) => {
    const [kind, ...item] = value.split(" ");
    return SIZED.has(kind as QuantityKind) && item.length > 0
      ? [{ kind: kind as QuantityKind, item: item.join(" "), count }]
      : [];
  });
}

export const isAccelerated = (items: readonly Facet[]): boolean =>
  items.some(({ value }) => value.startsWith("accelerated-instances"));

/** From 32 virtual processors on a machine is big; metal is whole. */
const BIG = /\.(?:(?:8|9|1[02468]|[2-9]\d|\d{3})xlarge|metal)/;

function itemsMade({ subject }: Inquiry): readonly Clue[] {
  const made = thingsMade(subject.facets);
  if (made.length === 0) return [];
  const tags: Tag[] = [];
  if (isAccelerated(subject.facets.items)) tags.push("accelerated");
  if (made.some(({ item }) => BIG.test(item))) tags.push("big-instances");
  const condition = findingCondition(subject.lead, signalOf(subject.lead, subject.signals));
  const kinds = [...new Set(made.map(({ kind }) => kind))];
  const query = `select kind, item, purchase, sum(amount) as made from event_quantities where change = 'added' and ${among("kind", kinds)} and event_id in (select event_id from usage_events where ${condition}) group by all order by made desc, item`;
  const types = listed(
    made.map(({ item, count }) => `${amount(count)} x ${named(item)}`),
    6,
  );
  return [clue(tags, `By type: ${types}`, { eventIds: subject.lead.eventIds, query })];
}

function unapproved({ subject, policies }: Inquiry): readonly Clue[] {
  const types = [
    ...new Set(
      thingsMade(subject.facets)
        .filter(({ kind }) => kind === "instances")
        .map(({ item }) => item),
    ),
  ];
  return subject.accounts.flatMap((account) => {
    const outside = types.filter((type) => approvedTypes(policies, account.type, type) === "not-approved");
    if (outside.length === 0) return [];
    const statement = `Not on the approved list for ${typeWord(account.type)} accounts (${accountName(account)}): ${listed(
      outside.map((type) => named(type)),
      6,
    )}`;
    const query = `select event_id, time, item, amount from event_quantities where ${allOf([`kind = 'instances'`, `change = 'added'`, among("account", [account.id]), among("item", outside), within(subject.window)])} order by time`;
    return [
      clue(["unapproved-types"], statement, {
        eventIds: subject.lead.eventIds,
        query,
        mentions: [account.alias, account.id],
      }),
    ];
  });
}

/** How long after the incident a release of what it made is looked for. */
const LOOK_AHEAD = 7 * DAY;
const RELEASES = 5000;

/** Releases of what the case made: who is asked for costs, too. */
export async function releasesOf(inquiry: Inquiry): Promise<readonly PricedUsageEvent[]> {
  const { subject, store, span, events } = inquiry;
  const ids = madeIds(events.list);
  if (ids.size === 0) return [];
  const window: TimeWindow = {
    start: subject.draft.window.start,
    end: Math.min(span.end, subject.draft.window.end + LOOK_AHEAD),
  };
  const removed = await store.events(
    { window, accounts: subject.accountIds, filter: { quantityChange: "removed", outcomes: ["success"] } },
    RELEASES,
  );
  return removed.filter(({ quantities }) =>
    quantities.some(({ change, resourceIds }) => change === "removed" && resourceIds.some((id) => ids.has(id))),
  );
}

/** What lasts and so can be given back. */
export const LASTING: Readonly<Partial<Record<QuantityKind, string>>> = {
  instances: "instance",
  volumes: "volume",
  "nat-gateways": "NAT gateway",
  "load-balancers": "load balancer",
  "db-instances": "database instance",
  "vpc-endpoints": "VPC endpoint",
  "ml-instances": "machine-learning instance",
};

const addedOf = (event: PricedUsageEvent): readonly Quantity[] =>
  event.outcome === "success" ? event.quantities.filter(({ change }) => change === "added") : [];

const madeIds = (events: readonly PricedUsageEvent[]): ReadonlySet<string> =>
  new Set(events.flatMap((event) => addedOf(event).flatMap(({ resourceIds }) => resourceIds)));

async function freed(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject, events, span } = inquiry;
  const byKind = new Map<QuantityKind, Set<string>>();
  for (const event of events.list) {
    for (const { kind, resourceIds } of addedOf(event)) {
      if (!LASTING[kind]) continue;
      const ids = byKind.get(kind) ?? new Set<string>();
      for (const id of resourceIds) ids.add(id);
      byKind.set(kind, ids);
    }
  }
  if (byKind.size === 0) return [];
  const releases = await releasesOf(inquiry);
  const until = Math.min(span.end, subject.draft.window.end + LOOK_AHEAD);
  return [...byKind].flatMap(([kind, ids]) => {
    if (ids.size === 0) return [];
    const gone = releases.filter(({ quantities }) =>
      quantities.some((quantity) => quantity.change === "removed" && quantity.resourceIds.some((id) => ids.has(id))),
    );
    const goneIds = new Set(
      gone
        .flatMap(({ quantities }) => quantities.flatMap(({ resourceIds }) => resourceIds))
        .filter((id) => ids.has(id)),
    );
    return [
      releaseFact(kind, ids, goneIds, gone, subject.accountIds, { start: subject.draft.window.start, end: until }),
    ];
  });
}

function releaseFact(
  kind: QuantityKind,
  ids: ReadonlySet<string>,
  goneIds: ReadonlySet<string>,
  gone: readonly PricedUsageEvent[],
  accounts: readonly string[],
  window: TimeWindow,
): Clue {
  const noun = LASTING[kind] ?? kind;
  const seen = `${utc(window.end)}`;
  const query = `select event_id, time, principal, action, resource_ids from event_quantities where ${allOf([`change = 'removed'`, `outcome = 'success'`, among("account", accounts), within(window)])} order by time`;
  const support = { eventIds: gone.map(({ id }) => id), query };
  if (goneIds.size === 0) {
    return clue(["never-freed"], `None of the ${counted(ids.size, noun)} was released again by ${seen}`, support);
  }
  const last = gone.at(-1);
  if (goneIds.size === ids.size) {
    const all =
      ids.size === 1 ? `The ${noun} was released again` : `All ${counted(ids.size, noun)} were released again`;
    return clue(["freed"], `${all}, the last ${last ? utc(last.time) : seen}`, support);
  }
  const left = ids.size - goneIds.size;
  return clue(
    ["partly-freed"],
    `${amount(goneIds.size)} of the ${counted(ids.size, noun)} ${goneIds.size === 1 ? "was" : "were"} released again; ${amount(left)} still ${left === 1 ? "stands" : "stand"} at ${seen}`,
    support,
  );
}
