import type { DuckDBInstance } from "@duckdb/node-api";
import { DuckDbLabelStore } from "#adapters/duckdb/label-store.ts";
import { DuckDbResponseStore } from "#adapters/duckdb/response-store.ts";
import type { Config } from "#core/config/index.ts";

/** The configuration with what people said through the command line; the file's own responses come first. */
export async function withResponses(config: Config, instance: DuckDBInstance): Promise<Config> {
  const said = await new DuckDbResponseStore(instance).list();
  const labelled = await new DuckDbLabelStore(instance).list();
  const { responses, labels } = config.incidents;
  const incidents = { ...config.incidents, responses: [...responses, ...said], labels: [...labels, ...labelled] };
  return { ...config, incidents };
}
