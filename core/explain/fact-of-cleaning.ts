import { DAY, type TimeWindow } from "../domain/time.ts";
import type { QuantityKind } from "../domain/usage-event.ts";
import { amount, counted } from "../messages/format.ts";
import { signalOf } from "./case.ts";
import { type Clue, clue } from "./clues.ts";
import { callerOf } from "./facts-before.ts";
import { LASTING } from "./facts-of-things.ts";
import type { Inquiry } from "./inquiry.ts";
import { allOf, among, within } from "./sql.ts";

const LOOK_BACK = 14 * DAY;
const READ = 2000;
/** Fewer releases are no habit. */
const LEAST = 5;
const MOST_OF_IT = 0.8;

/** Whether the caller used to give back what it made of the kind: then what stands now is rather forgotten than wanted. */
export async function factOfCleaning(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject, store, span } = inquiry;
  const value = signalOf(subject.lead, subject.signals)?.value;
  if (value?.of !== "quantity" || value.change !== "added" || subject.principal === null) return [];
  const noun = LASTING[value.kind];
  const before: TimeWindow = {
    start: Math.max(span.start, subject.window.start - LOOK_BACK),
    end: subject.window.start,
  };
  if (noun === undefined || before.end <= before.start) return [];
  const caller = callerOf(inquiry);
  const accounts = subject.accountIds;
  const changed = (quantityChange: "added" | "removed") =>
    ({ outcomes: ["success"], quantities: [value.kind], quantityChange }) as const;
  const made = await store.events({ ...caller.query, accounts, window: before, filter: changed("added") }, READ);
  const ids = new Set(made.flatMap(({ quantities }) => idsOf(quantities, value.kind, "added")));
  if (ids.size < LEAST) return [];
  const releases = await store.events({ accounts, window: before, filter: changed("removed") }, READ);
  const gone = releases.filter(({ quantities }) => idsOf(quantities, value.kind, "removed").some((id) => ids.has(id)));
  const freed = new Set(gone.flatMap(({ quantities }) => idsOf(quantities, value.kind, "removed"))).size;
  const released = Math.min(freed, ids.size);
  if (released < Math.max(LEAST, ids.size * MOST_OF_IT)) return [];
  const days = counted(Math.max(1, Math.round((before.end - before.start) / DAY)), "day");
  const earlier = `${counted(ids.size, noun)} that ${caller.words} made in the ${days} before`;
  const statement =
    released === ids.size
      ? `All ${earlier} had been released again`
      : `Of the ${earlier}, ${amount(released)} had been released again`;
  const query = `select event_id, time, principal, action, resource_ids from event_quantities where ${allOf([`change = 'removed'`, `outcome = 'success'`, `kind = '${value.kind}'`, among("account", accounts), within(before)])} order by time`;
  return [
    clue(["cleaned-before"], statement, {
      eventIds: gone.map(({ id }) => id),
      query,
      mentions: [...caller.mentions, ...accounts],
    }),
  ];
}

const idsOf = (
  quantities: Inquiry["events"]["list"][number]["quantities"],
  kind: QuantityKind,
  change: "added" | "removed",
): readonly string[] =>
  quantities.flatMap((quantity) => (quantity.kind === kind && quantity.change === change ? quantity.resourceIds : []));
