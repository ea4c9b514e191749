import { CONFIGURATION_KEY, withContext } from "#core/config/deployment/index.ts";
import { type Config, parseConfig } from "#core/config/index.ts";
import { readConfiguration, readText } from "../cli/configuration.ts";

/**
 * The configuration of a deployment: the file that context names, or none, and what the rest of the context overrides.
 * Throws TrailwatchError `CONFIGURATION_INVALID`.
 */
export function deploymentConfiguration(context: Readonly<Record<string, unknown>>): Config {
  const file = context[CONFIGURATION_KEY];
  return parseConfig(withContext(readConfiguration(file === undefined ? undefined : String(file)), context));
}

/** XML of the identity provider, where people sign in with SAML. Throws TrailwatchError `CONFIGURATION_INVALID`. */
export function samlMetadata({ deployment }: Config): string | null {
  const { signIn, samlMetadataFile } = deployment.dashboards;
  if (signIn !== "saml" || samlMetadataFile === null) return null;
  return readText(samlMetadataFile, "the identity provider's metadata", "CONFIGURATION_INVALID");
}
