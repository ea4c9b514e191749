/** JSON as the node sends and takes it: each reader knows the shape that the recordings show. */
// biome-ignore lint/suspicious/noExplicitAny: its shape is the node's, and differs with every request
export type Json = any;

/** One request as the stand-in sees it. */
export interface Call {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The body as it came, "" where there was none. */
  readonly text: string;
  /** Who asks, as a detector remembers it; only where there is security. */
  readonly user?: Json;
}

export interface Answer {
  readonly status: number;
  /** Sent as JSON, or as plain text where it is a string. */
  readonly body: Json;
}

/** A refusal of the node, as recorded. */
export class Refusal extends Error {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
  /** The exception behind it, where the plugin says it. */
  readonly exception: string | undefined;

  constructor(status: number, type: string, reason: string, exception?: string) {
    super(reason);
    this.status = status;
    this.type = type;
    this.reason = reason;
    this.exception = exception;
  }
}

/** A refusal in a form of its own. */
export class WholeRefusal extends Refusal {
  readonly body: Json;

  constructor(status: number, body: Json) {
    super(status, "error", JSON.stringify(body));
    this.body = body;
  }
}

/** What the plugins themselves refuse with, nearly always. */
export const refused = (status: number, reason: string): Refusal => new Refusal(status, "status_exception", reason);

/** A request whose like was never recorded: what the node would answer is not known, so the stand-in does not guess. */
export class NeverRecorded extends Error {}

export const errorBody = ({ status, type, reason, exception }: Refusal): Json => ({
  error: {
    root_cause: [{ type, reason }],
    type,
    reason,
    ...(exception ? { caused_by: { type: "exception", reason: exception } } : {}),
  },
  status,
});

export const ok = (body: Json, status = 200): Answer => ({ status, body });

/** The body as JSON. Text that is none was recorded only as one that ends too early. */
export function jsonOf(call: Call): Json {
  try {
    return JSON.parse(call.text);
  } catch {
    throw new Refusal(
      400,
      "json_e_o_f_exception",
      `Unexpected end-of-input within/between Object entries\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: 1, column: ${call.text.length + 1}]`,
    );
  }
}

/** Throws {@link NeverRecorded} when `value` has a member that no recorded request had there. */
export function onlyMembers(value: Json, known: readonly string[], where: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new NeverRecorded(`${where} was always an object`);
  }
  const unknown = Object.keys(value).filter((member) => !known.includes(member));
  if (unknown.length > 0) throw new NeverRecorded(`no recorded ${where} had ${unknown.join(", ")}`);
}
