import type { z } from "zod";
import { TrailwatchError } from "../domain/errors.ts";
import { resolvePolicies } from "../policies/index.ts";
import { resolveSignals } from "../signals/config.ts";
import { explainIssues } from "./explain-issues.ts";
import { watchedSignals } from "./opensearch.ts";
import { configSchema } from "./schema.ts";

/** A configuration in which everything has a value. */
export type Config = z.infer<typeof configSchema>;

/**
 * Checks and completes what a configuration file holds (already parsed from YAML or JSON). Throws TrailwatchError
 * `CONFIGURATION_INVALID` that names the path, the value, and for a misspelt key the nearest known one.
 */
export function parseConfig(input: unknown): Config {
  const result = configSchema.safeParse(input ?? {});
  if (!result.success) {
    const { message, nextStep } = explainIssues(result.error.issues, input);
    throw new TrailwatchError("CONFIGURATION_INVALID", message, nextStep, { cause: result.error });
  }
  // names that only resolving can check are refused here too, not when the first event has been read
  watchedSignals(result.data.opensearch, resolveSignals(result.data.signals));
  resolvePolicies(result.data.policies);
  return result.data;
}
