import { readFileSync } from "node:fs";
import type { AccountDelivery } from "#core/detection/delivery-watch.ts";
import type { EntitySeries } from "#core/detection/series.ts";
import type { TimeWindow } from "#core/domain/time.ts";

/** What one signal counted in one account: a line of a file of roll-ups. */
export interface AccountRollups {
  readonly signal: string;
  /** Of all accounts. */
  readonly span: TimeWindow;
  readonly delivery: AccountDelivery;
  readonly series: readonly EntitySeries[];
}

export function* readRollups(file: string): Generator<AccountRollups> {
  for (const line of readFileSync(file, "utf8").split("\n")) if (line !== "") yield JSON.parse(line);
}
