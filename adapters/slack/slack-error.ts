import { TrailwatchError } from "#core/domain/errors.ts";

/** Slack's own words are short codes (`no_service`, `invalid_token`); a proxy's may be a page. */
const REASON_LENGTH = 80;

/** What an answer other than 200 means. `retryAfter` is in seconds, as the header says it. */
export function slackError(status: number, reason: string, retryAfter: string | null): TrailwatchError {
  const said = `Slack answers with ${status}: ${
    reason
      .replace(/[^\x20-\x7e]+/g, " ")
      .slice(0, REASON_LENGTH)
      .trim() || "no reason given"
  }`;
  if (status === 429) {
    const pause = retryAfter === null ? "" : ` (it asks for a pause of ${Number.parseInt(retryAfter, 10)} seconds)`;
    return new TrailwatchError("NOTIFICATION_FAILED", `${said}${pause}`, "It is sent again by itself.");
  }
  if (status >= 500) return new TrailwatchError("NOTIFICATION_FAILED", said, "It is sent again by itself.");
  return new TrailwatchError(
    "NOTIFICATION_REFUSED",
    said,
    "Make a new webhook for a channel that exists, and store its address in the secret.",
  );
}

/** No connection, or no answer in time. The cause is told by its code only: an HTTP client's messages repeat the address. */
export function unreachable(error: unknown): TrailwatchError {
  const { name, cause } = (error ?? {}) as { readonly name?: unknown; readonly cause?: { readonly code?: unknown } };
  return new TrailwatchError(
    "NOTIFICATION_FAILED",
    `Slack cannot be reached: ${String(cause?.code ?? name)}`,
    "It is sent again by itself. If it lasts, look at the function's way to the internet.",
  );
}
