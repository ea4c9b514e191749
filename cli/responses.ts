import type { DuckDBInstance } from "@duckdb/node-api";
import { DuckDbResponseStore } from "#adapters/duckdb/response-store.ts";
import type { Config } from "#core/config/index.ts";

/** The configuration with what people said through the command line; the file's own responses come first. */
export async function withResponses(config: Config, instance: DuckDBInstance): Promise<Config> {
  const said = await new DuckDbResponseStore(instance).list();
  return { ...config, incidents: { ...config.incidents, responses: [...config.incidents.responses, ...said] } };
}
