import type { Drill } from "#core/drill/drill.ts";
import type { DrillLog } from "#core/ports/drill-log.ts";
import type { OpenSearchConnection } from "./connection.ts";
import type { BulkOptions } from "./documents/bulk.ts";
import type { BulkItem } from "./documents/bulk-request.ts";
import type { IndexNames } from "./index-names.ts";
import { keptState } from "./kept-state.ts";
import { writeAll } from "./write-all.ts";

const KIND = "drill";
const VERSION = 1;

/** The last drill, in the index of our own state: in none that anything is counted in. */
export class OpenSearchDrillLog implements DrillLog {
  readonly #connection: OpenSearchConnection;
  readonly #names: IndexNames;

  constructor(connection: OpenSearchConnection, names: IndexNames) {
    this.#connection = connection;
    this.#names = names;
  }

  last(): Promise<Drill | null> {
    return keptState<Drill>(this.#connection, this.#names, KIND, VERSION).read();
  }
}

/** Notes drills the way events are written, the last of them for good. Rejects with TrailwatchError. */
export async function noteDrills(
  connection: OpenSearchConnection,
  names: IndexNames,
  drills: readonly Drill[],
  options: BulkOptions,
): Promise<void> {
  const itemOf = (drill: Drill): BulkItem => ({
    action: "index",
    index: names.state,
    id: KIND,
    source: JSON.stringify({ kind: KIND, version: VERSION, updated_at: drill.arrivedAt, value: drill }),
  });
  await writeAll(connection, drills, itemOf, options);
}
