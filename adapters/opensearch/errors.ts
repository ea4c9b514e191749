import { type ErrorCode, TrailwatchError } from "#core/domain/errors.ts";

/** What the node says of a failure, wherever in the answer it says it. */
export interface Refusal {
  readonly type: string;
  readonly reason: string;
}

/** An answer of the node that is a failure, in our own family. `doing` is the request, for the message. */
export function opensearchError(
  { status, body }: { readonly status: number; readonly body: unknown },
  doing: string,
): TrailwatchError {
  const { type, reason } = refusalOf(body);
  const [code, nextStep] = meaningOf(status, type);
  return new TrailwatchError(code, `OpenSearch answers ${doing} with ${status}: ${type}: ${reason}`, nextStep, {
    cause: body,
  });
}

export function unreachable(cause: unknown, url: string, doing: string): TrailwatchError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TrailwatchError(
    "OPENSEARCH_UNREACHABLE",
    `no answer from ${url} to ${doing}: ${why}`,
    "Check the address, the network (VPC, security group) and that the cluster is up.",
    { cause },
  );
}

/**
 * Errors come as `{error: {type, reason}}`, as `{error: "text"}` (missing plugin), as `{status, message}` or
 * `{status, reason}` (security), as `{statusCode, error, message}` (dashboards), as plain text (401), or not at all (413).
 */
export function refusalOf(body: unknown): Refusal {
  if (typeof body === "string") return { type: "error", reason: body };
  if (typeof body !== "object" || body === null) return { type: "error", reason: "no reason given" };
  const { error, message, reason } = body as Record<string, unknown>;
  if (typeof error === "string") {
    return typeof message === "string" ? { type: error, reason: message } : { type: "error", reason: error };
  }
  if (typeof error === "object" && error !== null) {
    const { type, reason: why } = error as Record<string, unknown>;
    return { type: String(type ?? "error"), reason: String(why ?? "no reason given") };
  }
  return { type: "error", reason: String(message ?? reason ?? "no reason given") };
}

function meaningOf(status: number, type: string): readonly [ErrorCode, string] {
  if (type === "cluster_block_exception") {
    return [
      "OPENSEARCH_READ_ONLY",
      "Free disk space or add storage, then lift the block: PUT _all/_settings index.blocks.read_only_allow_delete=null.",
    ];
  }
  if (status === 401) return ["OPENSEARCH_UNAUTHORIZED", "Check the user name and password, or the AWS credentials."];
  if (status === 403) {
    return ["OPENSEARCH_FORBIDDEN", "Map the user or IAM role to a role that has the permission named here."];
  }
  if (status === 404) return ["OPENSEARCH_NOT_FOUND", "Run `trailwatch opensearch apply`: it makes what is missing."];
  if (status === 408 || status === 429 || status === 503) {
    return ["OPENSEARCH_BUSY", "Try again later; when it lasts, give the cluster more memory or nodes."];
  }
  if (status === 413)
    return ["OPENSEARCH_REFUSED", "Send less at once: the request is larger than http.max_content_length."];
  if (status >= 500) return ["OPENSEARCH_FAILED", "Look at the cluster's health and logs, then try again."];
  return ["OPENSEARCH_REFUSED", "The request does not fit this version or its state: see the reason."];
}
