import { readFileSync } from "node:fs";
import type { Config } from "#core/config/index.ts";
import { TrailwatchError } from "#core/domain/errors.ts";

/** Lies beside the code, so that both change together: the whole configuration, checked and completed, as JSON. */
const FILE = "configuration.json";

/**
 * The configuration that a function was deployed with. It was checked before it was put there: to do it again would be a
 * fifth of what a start takes.
 * @param code address of the function's code
 */
export function deployedConfiguration(code: string): Config {
  const file = new URL(FILE, code);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Config;
  } catch (error) {
    throw new TrailwatchError(
      "CONFIGURATION_INVALID",
      `cannot read the configuration beside the code: ${(error as Error).message}`,
      "Deploy again: the bundle was made without it.",
      { cause: error },
    );
  }
}
