import type { Outcome } from "../domain/usage-event.ts";
import { memo } from "./memo.ts";

/** Services name a refusal in their own ways; EC2 puts `Client.` before it. */
const DENIED =
  /AccessDenied|Unauthori[sz]ed|NotAuthori[sz]ed|AuthFailure|AuthorizationError|Forbidden|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|UnrecognizedClient|MissingAuthenticationToken|OptInRequired/i;
const THROTTLED = /Throttl|RequestLimitExceeded|TooManyRequests|SlowDown|ProvisionedThroughputExceeded|RateExceeded/i;
const DRY_RUN = /DryRunOperation/;

/**
 * What became of a call, by its error code alone. A quota that is used up (`InstanceLimitExceeded`) is `failed`, not
 * `throttled`: waiting does not help.
 */
export const outcomeOf: (errorCode: string) => Outcome = memo(5_000, (errorCode) => {
  if (DRY_RUN.test(errorCode)) return "dry-run";
  if (DENIED.test(errorCode)) return "denied";
  return THROTTLED.test(errorCode) ? "throttled" : "failed";
});
