import { readFileSync } from "node:fs";
import { type Config, parseConfig } from "#core/config/index.ts";
import { TrailwatchError } from "#core/domain/errors.ts";

/** Lies beside the code, so that both change together: the whole configuration, completed, as JSON. */
const FILE = "configuration.json";

/**
 * The configuration that a function was deployed with.
 * @param code address of the function's code
 */
export function deployedConfiguration(code: string): Config {
  const file = new URL(FILE, code);
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new TrailwatchError(
      "CONFIGURATION_INVALID",
      `cannot read the configuration beside the code: ${(error as Error).message}`,
      "Deploy again: the bundle was made without it.",
      { cause: error },
    );
  }
  return parseConfig(document);
}
