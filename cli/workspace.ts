import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { TrailwatchError } from "#core/domain/errors.ts";

/** Where a run keeps what it makes: one folder. */
export interface Workspace {
  readonly folder: string;
  /** DuckDB */
  readonly store: string;
  readonly report: string;
  /** What could not be read, one JSON object a line. */
  readonly quarantine: string;
}

export function workspace(folder: string): Workspace {
  const root = resolve(folder);
  return {
    folder: root,
    store: join(root, "store.duckdb"),
    report: join(root, "report.html"),
    quarantine: join(root, "quarantine.ndjson"),
  };
}

export function makeWorkspace(folder: string): Workspace {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new TrailwatchError(
      "USAGE",
      `cannot make the folder ${folder}: ${(cause as Error).message}`,
      "Name a folder that can be written with --out.",
      { cause },
    );
  }
  return workspace(folder);
}
