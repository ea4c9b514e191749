import { type NanoUsd, usdText } from "#core/domain/money.ts";
import type { AccountSpend } from "#core/ports/event-store.ts";
import { EVENT_FIELDS as F, type UsdDirection, type UsdFieldPair, usdFields } from "#core/signals/event-fields.ts";
import type { Dsl } from "#core/signals/query-dsl.ts";
import { type Asked, type Bucket, compositeBuckets, termsSource } from "./search.ts";

const DIRECTIONS: readonly UsdDirection[] = ["added", "removed", "once"];
const PRICES: readonly UsdFieldPair[] = DIRECTIONS.flatMap((direction) => Object.values(usdFields(direction)));

/**
 * Prices added up by account and day: the cluster adds in doubles, which keep every whole number up to 2^53, and so the
 * billionths of nine million prices, a day's and an account's. Across days they are added as integers.
 */
export async function spendOf(asked: Asked): Promise<readonly AccountSpend[]> {
  const sums = PRICES.flatMap(({ usd, nanos }) => [usd, nanos]);
  const days = compositeBuckets(asked, {
    query: { match_all: {} },
    sources: [termsSource("account", F.account), { day: { date_histogram: { field: F.time, fixed_interval: "1d" } } }],
    aggregations: {
      counted: {
        filter: { term: { [F.counted]: true } },
        aggs: {
          ...Object.fromEntries(sums.map((field): [string, Dsl] => [field, { sum: { field } }])),
          unpriced: { filter: { term: { [F.unpriced]: true } } },
        },
      },
    },
  });
  const accounts = new Map<string, { readonly prices: NanoUsd[]; unpriced: number }>();
  for await (const { key, counted } of days) {
    let account = accounts.get(key.account);
    if (!account) {
      account = { prices: PRICES.map(() => 0n), unpriced: 0 };
      accounts.set(key.account, account);
    }
    for (const [at, price] of PRICES.entries())
      account.prices[at] = (account.prices[at] as NanoUsd) + nanosOf(counted, price);
    account.unpriced += counted.unpriced.doc_count;
  }
  return [...accounts].map(([account, { prices, unpriced }]) => {
    const range = (direction: UsdDirection) => {
      const at = 2 * DIRECTIONS.indexOf(direction);
      return { low: usdText(prices[at] as NanoUsd), high: usdText(prices[at + 1] as NanoUsd) };
    };
    return {
      account,
      addedPerHour: range("added"),
      removedPerHour: range("removed"),
      once: range("once"),
      unpricedEvents: unpriced,
    };
  });
}

const nanosOf = (sums: Bucket, { usd, nanos }: UsdFieldPair): NanoUsd =>
  BigInt(sums[usd].value) * 1_000_000_000n + BigInt(sums[nanos].value);
