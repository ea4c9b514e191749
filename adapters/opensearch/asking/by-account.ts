import { inOrder } from "#core/domain/in-order.ts";
import { HOUR, type TimeWindow } from "#core/domain/time.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import { allOf, type Dsl } from "#core/signals/query-dsl.ts";
import { inWindow } from "./matching-events.ts";
import { type Asked, compositeBuckets, termsSource } from "./search.ts";

/** Of a window so narrow that the answers about all accounts together are a few pages. */
const NARROW = 6 * HOUR;

/**
 * Asks about the events of all accounts, in the order of the accounts: where the window is not narrow one by one, so that
 * no page of an answer goes through the events of all of them.
 */
export async function* byAccount<Answer>(
  asked: Asked,
  window: TimeWindow | undefined,
  ask: (query: Dsl) => Promise<Answer>,
): AsyncGenerator<Answer> {
  const query = window ? inWindow(window) : allOf([]);
  if (window && window.end - window.start <= NARROW) yield await ask(query);
  else {
    yield* inOrder(await accountsOf(asked, query), (account) =>
      ask(allOf([query, { term: { [F.account]: account } }])),
    );
  }
}

/** Those with an event that matches. */
async function accountsOf(asked: Asked, query: Dsl): Promise<readonly string[]> {
  const accounts: string[] = [];
  for await (const { key } of compositeBuckets(asked, {
    query,
    sources: [termsSource("account", F.account)],
  })) {
    accounts.push(key.account);
  }
  return accounts;
}
