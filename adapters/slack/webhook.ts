import { TrailwatchError } from "#core/domain/errors.ts";

const KEYS = ["url", "webhookUrl", "webhook"] as const;

/**
 * The address in a secret: the text itself, or `{"url": "https://hooks.slack.com/services/..."}`. Whoever knows it can
 * write into the channel, so no error repeats it. Throws TrailwatchError `CONFIGURATION_INVALID`.
 */
export function webhookUrl(secret: string): URL {
  const text = textOf(secret.trim());
  if (!URL.canParse(text)) throw invalid("it is no address");
  const url = new URL(text);
  const local = url.hostname === "localhost" || url.hostname === "127.0.0.1";
  if (url.protocol !== "https:" && !(url.protocol === "http:" && local)) throw invalid("its address is not HTTPS");
  return url;
}

function textOf(secret: string): string {
  if (!secret.startsWith("{")) return secret;
  const fields = fieldsOf(secret);
  const found = KEYS.map((key) => fields[key]).find((value) => typeof value === "string");
  if (typeof found !== "string") throw invalid(`its JSON has none of the fields ${KEYS.join(", ")}`);
  return found;
}

function fieldsOf(json: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    // the parser's own message would repeat what it read
    throw invalid("it begins like JSON and is none");
  }
}

const invalid = (why: string): TrailwatchError =>
  new TrailwatchError(
    "CONFIGURATION_INVALID",
    `the secret of the Slack webhook cannot be used: ${why}`,
    "Store the address that Slack shows under Incoming Webhooks, as text or as JSON with the field url.",
  );
