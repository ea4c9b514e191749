import { TrailwatchError } from "../../domain/errors.ts";
import { nearestName } from "../nearest-name.ts";

type Json = Record<string, unknown>;

/** CDK context keys, and where in the `deployment` section each stands. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  "deployment-mode": ["mode"],
  "opensearch-version": ["opensearchVersion"],
  stage: ["stage"],
  size: ["size"],
  partition: ["partition"],
  "organization-id": ["organizationId"],
  "management-account-id": ["managementAccountId"],
  "permissions-boundary": ["permissionsBoundary"],
  "bootstrap-qualifier": ["bootstrapQualifier"],
  "trail-log-group": ["trail", "logGroup"],
  "allow-second-trail": ["trail", "allowSecondTrail"],
  kinesis: ["kinesis", "enabled"],
  "topic-arn": ["alerts", "topicArn"],
  "slack-secret-arn": ["alerts", "slackSecretArn"],
  "dashboards-sign-in": ["dashboards", "signIn"],
  "termination-protection": ["retention", "terminationProtection"],
  "remove-data-on-destroy": ["retention", "removeDataOnDestroy"],
};

/** Names the configuration file; not a part of it. */
export const CONFIGURATION_KEY = "config";

export const CONTEXT_KEYS: readonly string[] = [CONFIGURATION_KEY, ...Object.keys(KEYS)];

/** The CDK's own: feature flags, look-ups that it keeps, what its command line adds. */
const isOfCdk = (key: string): boolean =>
  /[@:]/.test(key) || key === "cli-telemetry" || key === "acknowledged-issue-numbers";

/**
 * A configuration document with what `--context` overrides. Values of the command line are texts: `true` and `false` mean
 * what they say, where the schema wants such a value.
 * Throws TrailwatchError `CONFIGURATION_INVALID` for a key that is neither the CDK's nor ours, naming the nearest.
 */
export function withContext(document: unknown, context: Readonly<Record<string, unknown>>): unknown {
  const overrides = Object.entries(context).flatMap(([key, value]) => {
    if (isOfCdk(key) || key === CONFIGURATION_KEY) return [];
    const path = KEYS[key];
    if (path === undefined) throw unknownKey(key);
    return [{ path, value: meant(value) }];
  });
  return overrides.reduce<unknown>(
    (whole, { path, value }) => replaced(whole ?? {}, ["deployment", ...path], value),
    document,
  );
}

const meant = (value: unknown): unknown => (value === "true" ? true : value === "false" ? false : value);

/** A copy; what is no object on the way stays, and is refused as what it is. */
function replaced(document: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof document !== "object" || document === null || Array.isArray(document)) return document;
  return { ...document, [key]: replaced((document as Json)[key] ?? {}, rest, value) };
}

function unknownKey(key: string): TrailwatchError {
  const near = nearestName(key, CONTEXT_KEYS);
  return new TrailwatchError(
    "CONFIGURATION_INVALID",
    `--context ${key} is no known key`,
    near === null ? `Known: ${CONTEXT_KEYS.join(", ")}.` : `Did you mean ${near}?`,
  );
}
