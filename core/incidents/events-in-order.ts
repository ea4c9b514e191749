import { compareText } from "../domain/ordering.ts";
import type { EventFilter } from "../domain/signal.ts";
import type { TimeWindow } from "../domain/time.ts";
import type { PricedUsageEvent } from "../domain/usage-event.ts";
import type { EventQuery, EventStore } from "../ports/event-store.ts";

/** Events asked of the store at once: some tens of MB. */
const PAGE = 20_000;

/** Events that match at least one of the filters, each once (of an action logged in two accounts the counted copy), by time, then id; a page in memory for each filter. */
export async function* eventsInOrder(
  store: EventStore,
  window: TimeWindow,
  filters: readonly EventFilter[],
): AsyncGenerator<PricedUsageEvent> {
  const streams = filters.map((filter) => allEvents(store, { window, filter, counted: true }));
  const heads = await Promise.all(streams.map((stream) => stream.next()));
  for (;;) {
    let next: PricedUsageEvent | null = null;
    for (const head of heads) {
      if (!head.done && (next === null || inOrder(head.value, next) < 0)) next = head.value;
    }
    if (next === null) return;
    yield next;
    for (const [index, stream] of streams.entries()) {
      const head = heads[index];
      if (head && !head.done && head.value.id === next.id) heads[index] = await stream.next();
    }
  }
}

/** All events of a query, a page at a time. */
export async function* allEvents(
  store: EventStore,
  query: EventQuery,
  pageSize = PAGE,
): AsyncGenerator<PricedUsageEvent> {
  let window = query.window;
  let seen = new Set<string>();
  for (;;) {
    let limit = pageSize;
    let page = await store.events({ ...query, window }, limit);
    // More events in one millisecond than a page holds: a larger page is the only way past them.
    while (page.length === limit && page.every(({ id }) => seen.has(id))) {
      limit *= 2;
      page = await store.events({ ...query, window }, limit);
    }
    for (const event of page) if (!seen.has(event.id)) yield event;
    const last = page[page.length - 1];
    if (page.length < limit || !last) return;
    window = { start: last.time, end: window?.end ?? Number.MAX_SAFE_INTEGER };
    seen = new Set(page.filter(({ time }) => time === last.time).map(({ id }) => id));
  }
}

const inOrder = (a: PricedUsageEvent, b: PricedUsageEvent): number => a.time - b.time || compareText(a.id, b.id);
