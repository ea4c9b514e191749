import { TrailwatchError } from "#core/domain/errors.ts";

const CREDENTIALS = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "TokenRefreshRequired",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
  "CredentialsProviderError",
  "TokenProviderError",
]);
const DENIED = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AllAccessDisabled",
  "AuthorizationError",
  "AuthorizationErrorException",
  "KMSAccessDenied",
  "KMSAccessDeniedException",
  "KmsAccessDenied",
  "UnauthorizedOperation",
]);
const THROTTLED = new Set([
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "Throttled",
  "ThrottledException",
  "RequestThrottled",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "ProvisionedThroughputExceededException",
  // of Cost Explorer: "You made too many calls in a short period of time"
  "LimitExceededException",
  "KMSThrottling",
  "KMSThrottlingException",
  "KmsThrottled",
  "ServiceUnavailable",
]);
const NOT_FOUND = new Set([
  "NoSuchBucket",
  "NoSuchKey",
  "NotFound",
  "NotFoundException",
  "AWSOrganizationsNotInUseException",
  "ResourceNotFoundException",
  "QueueDoesNotExist",
  "AWS.SimpleQueueService.NonExistentQueue",
]);

/** Of Cost Explorer, which begins to gather a day before it can answer. */
const NOT_YET = new Set(["DataUnavailableException", "BillExpirationException"]);

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * An error of the AWS SDK in our own family.
 * @param doing what was tried, for the message: `list s3://bucket/prefix`
 * @param permission the IAM actions it takes, for the next step
 */
export function awsError(error: unknown, doing: string, permission: string): TrailwatchError {
  if (error instanceof TrailwatchError) return error;
  const { name, message, $metadata } = sdkError(error);
  const status = $metadata?.httpStatusCode;
  const because = `cannot ${doing}: ${name === "Error" || name === message ? message : `${name}: ${message}`}`;
  const options = { cause: error };
  if (CREDENTIALS.has(name)) {
    return new TrailwatchError(
      "AWS_CREDENTIALS",
      because,
      "Sign in again (aws sso login, or new credentials), or name a profile with --profile.",
      options,
    );
  }
  if (THROTTLED.has(name) || status === 503 || status === 429) {
    return new TrailwatchError(
      "AWS_THROTTLED",
      because,
      "Run the same command again later: it goes on where it stopped.",
      options,
    );
  }
  if (DENIED.has(name) || status === 403) {
    return new TrailwatchError(
      "AWS_ACCESS_DENIED",
      because,
      `Ask for ${permission}, or name a role that has it with --role-arn.`,
      options,
    );
  }
  if (NOT_FOUND.has(name) || status === 404) {
    return new TrailwatchError("AWS_NOT_FOUND", because, "Check the name, the account and the region.", options);
  }
  if (NOT_YET.has(name)) {
    return new TrailwatchError(
      "AWS_DATA_UNAVAILABLE",
      because,
      "Enable Cost Explorer, and ask again a day later.",
      options,
    );
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new TrailwatchError(
      "AWS_REFUSED",
      because,
      "Trying again does not help: see the reason, and the settings it speaks of.",
      options,
    );
  }
  return new TrailwatchError(
    "AWS_FAILED",
    because,
    "Check the network and the endpoint, then run the same command again.",
    options,
  );
}

function sdkError(error: unknown): SdkError {
  return error instanceof Error ? (error as SdkError) : { name: "Error", message: String(error) };
}
