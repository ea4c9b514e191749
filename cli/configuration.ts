import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { type Config, parseConfig } from "#core/config/index.ts";
import { parseOrganization } from "#core/context/index.ts";
import { type ErrorCode, TrailwatchError } from "#core/domain/errors.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";

/** The configuration file (YAML, of which JSON is a part), or all defaults. Throws TrailwatchError `CONFIGURATION_INVALID`. */
export const loadConfiguration = (file: string | undefined): Config => parseConfig(readConfiguration(file));

/** What stands in the configuration file, not yet checked. Throws TrailwatchError `CONFIGURATION_INVALID`. */
export function readConfiguration(file: string | undefined): unknown {
  if (file === undefined) return {};
  const text = readText(file, "the configuration", "CONFIGURATION_INVALID");
  try {
    return parse(text) ?? {};
  } catch (error) {
    throw new TrailwatchError(
      "CONFIGURATION_INVALID",
      `${file} is not YAML: ${(error as Error).message}`,
      "Mend the line named above; docs/configuration.md has an example.",
      { cause: error },
    );
  }
}

/** A configuration whose forest is not asked where `--no-second-opinion` says so. */
export const withOpinionsWanted = (config: Config, isWanted: boolean | undefined): Config =>
  isWanted === false ? { ...config, secondOpinion: { ...config.secondOpinion, enabled: false } } : config;

/** The accounts of the organization file, or a directory in which every account is unknown. */
export function loadOrganization(file: string | undefined, config: Config): AccountDirectory {
  if (file === undefined) return parseOrganization({ accounts: [] }, config.context);
  const text = readText(file, "the organization", "ORGANIZATION_INVALID");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new TrailwatchError(
      "ORGANIZATION_INVALID",
      `${file} is not JSON: ${(error as Error).message}`,
      "Write it with `trailwatch organization fetch` or `aws organizations list-accounts`.",
      { cause: error },
    );
  }
  return parseOrganization(document, config.context);
}

export function readText(file: string, what: string, code: ErrorCode): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new TrailwatchError(code, `cannot read ${what} ${file}: ${(error as Error).message}`, "Check the path.", {
      cause: error,
    });
  }
}
