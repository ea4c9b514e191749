/**
 * The one family of errors. `code` is stable and for machines; `message` says what happened, with the value;
 * `nextStep` says what the person who reads it can do.
 */
export class TrailwatchError extends Error {
  readonly code: ErrorCode;
  readonly nextStep: string;

  constructor(code: ErrorCode, message: string, nextStep: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "TrailwatchError";
    this.code = code;
    this.nextStep = nextStep;
  }
}

export type ErrorCode =
  | "USAGE"
  | "CONFIGURATION_INVALID"
  | "ORGANIZATION_INVALID"
  | "INPUT_NOT_FOUND"
  | "INPUT_UNREADABLE"
  | "NOTHING_READ"
  | "STORE_UNUSABLE"
  | "STORE_BUSY"
  | "STORE_VERSION"
  | "STORE_OUT_OF_MEMORY"
  | "STORE_DISK_FULL"
  | "QUERY_REFUSED"
  | "QUERY_FAILED"
  | "NOT_FOUND"
  | "AWS_CREDENTIALS"
  | "AWS_ACCESS_DENIED"
  | "AWS_THROTTLED"
  | "AWS_NOT_FOUND"
  | "AWS_REFUSED"
  | "AWS_DATA_UNAVAILABLE"
  | "AWS_FAILED"
  | "OPENSEARCH_UNREACHABLE"
  | "OPENSEARCH_UNAUTHORIZED"
  | "OPENSEARCH_FORBIDDEN"
  | "OPENSEARCH_NOT_FOUND"
  | "OPENSEARCH_READ_ONLY"
  | "OPENSEARCH_BUSY"
  | "OPENSEARCH_REFUSED"
  | "OPENSEARCH_FAILED"
  | "NOTIFICATION_REFUSED"
  | "NOTIFICATION_FAILED"
  | "LEASE_LOST"
  | "CHANGED_MEANWHILE"
  | "INTERRUPTED"
  | "INTERNAL";
