import type { SignalEntity } from "#core/domain/finding.ts";
import { compareSeries } from "#core/signals/order.ts";
import { beginningOf } from "../documents/long-text.ts";

interface Ordered {
  readonly signal: string;
  readonly entity: SignalEntity;
}

/**
 * What a cluster has sorted by terms, in the order of the texts that they stand for. The two differ only among names that
 * begin like a long one, which are held until one comes that does not; `then` decides between rows of one entity.
 */
export async function* inOrderOfTexts<Row extends Ordered>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  then: (a: Row, b: Row) => number,
): AsyncGenerator<Row> {
  let held: Row[] = [];
  let common: string | null = null;
  for await (const row of rows) {
    const beginning = beginsLike(row);
    if (beginning === null || beginning !== common) {
      yield* held.sort((a, b) => compareSeries(a, b) || then(a, b));
      held = [];
    }
    common = beginning;
    if (beginning === null) yield row;
    else held.push(row);
  }
  yield* held.sort((a, b) => compareSeries(a, b) || then(a, b));
}

function beginsLike({ signal, entity }: Ordered): string | null {
  const { account, region, principal, resource } = entity;
  const beginning = beginningOf(principal ?? resource ?? "");
  return beginning === null ? null : JSON.stringify([signal, account, region, principal === null, beginning]);
}
