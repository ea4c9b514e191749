import { existsSync } from "node:fs";
import { removeStore } from "#adapters/duckdb/open-store.ts";
import { DuckDbResponseStore } from "#adapters/duckdb/response-store.ts";
import { StandardInput } from "#adapters/files/standard-input.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { IncidentResponse } from "#core/incidents/config.ts";
import type { EventSource, ReadSelection } from "#core/ports/event-source.ts";
import { withStore } from "./store.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Forgets what the store holds, but for what people said about incidents, which is answered. Only when there is
 * something to read instead, and nobody else has the store open: rejects with `NOTHING_READ` or `STORE_BUSY` else.
 */
export async function startFresh(
  place: Workspace,
  sources: readonly EventSource[],
  selection: ReadSelection,
): Promise<readonly IncidentResponse[]> {
  if (!existsSync(place.store)) return [];
  const said = await responsesOf(place);
  if (!(await anyFile(sources, selection))) {
    throw new TrailwatchError(
      "NOTHING_READ",
      "nothing to read, so the store was left as it is",
      "Check the path and the selection, then run with --fresh again.",
    );
  }
  removeStore(place.store);
  return said;
}

/** Opening for writing also finds out whether another run has the store. A store of another version has nothing for us. */
async function responsesOf(place: Workspace): Promise<readonly IncidentResponse[]> {
  try {
    return await withStore(place, "write", ({ instance }) => new DuckDbResponseStore(instance).list());
  } catch (error) {
    if (error instanceof TrailwatchError && error.code === "STORE_VERSION") return [];
    throw error;
  }
}

async function anyFile(sources: readonly EventSource[], selection: ReadSelection): Promise<boolean> {
  // Standard input can be listened to only once, and whoever pipes something has something.
  if (sources.some((source) => source instanceof StandardInput)) return true;
  for (const source of sources) for await (const _file of source.files(selection)) return true;
  return false;
}
