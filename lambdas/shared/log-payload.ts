import { constants, gunzipSync } from "node:zlib";

/** What a subscription filter delivers, once it is unpacked. */
export interface LogPayload {
  readonly logGroup: string;
  readonly logStream: string;
  /** Empty for a control message, by which CloudWatch Logs finds out whether anybody listens. */
  readonly logEvents: readonly LogEvent[];
}

export interface LogEvent {
  /** The same whenever the event is delivered. */
  readonly id: string;
  /** When CloudTrail handed it over. */
  readonly timestamp: number;
  /** Of CloudTrail's log group: one record. */
  readonly message: string;
}

/** Why a payload could not be unpacked. */
export class UnreadablePayload extends Error {
  override readonly name = "UnreadablePayload";
}

/** CloudWatch Logs sends at most some megabytes; what unpacks to more is no payload of its. */
const MOST_BYTES = 256 * 1024 * 1024;
const LARGEST_CHUNK = 32 * 1024 * 1024;

/** Unpacks `data`, base64 of gzip of JSON. Throws {@link UnreadablePayload}. */
export function unpackLogPayload(data: string): LogPayload {
  let payload: unknown;
  try {
    payload = JSON.parse(unpacked(Buffer.from(data, "base64")).toString("utf8"));
  } catch (error) {
    throw new UnreadablePayload((error as Error).message, { cause: error });
  }
  return payloadOf(payload);
}

/** In one piece: the unpacked length that gzip notes in its last four bytes is only a hint, but saves growing and joining. */
function unpacked(packed: Buffer): Buffer {
  const stated = packed.length < 18 ? 0 : packed.readUInt32LE(packed.length - 4) + 1;
  const chunkSize = Math.max(constants.Z_MIN_CHUNK, Math.min(stated, LARGEST_CHUNK));
  return gunzipSync(packed, { maxOutputLength: MOST_BYTES, chunkSize });
}

function payloadOf(payload: unknown): LogPayload {
  if (typeof payload !== "object" || payload === null) throw new UnreadablePayload("no object");
  const { messageType, logGroup, logStream, logEvents } = payload as Readonly<Record<string, unknown>>;
  const place = { logGroup: String(logGroup), logStream: String(logStream) };
  if (messageType === "CONTROL_MESSAGE") return { ...place, logEvents: [] };
  if (messageType !== "DATA_MESSAGE" || !Array.isArray(logEvents) || !logEvents.every(isLogEvent)) {
    throw new UnreadablePayload("it is none of CloudWatch Logs: no DATA_MESSAGE with logEvents");
  }
  return { ...place, logEvents };
}

function isLogEvent(value: unknown): value is LogEvent {
  if (typeof value !== "object" || value === null) return false;
  const { id, timestamp, message } = value as Readonly<Record<string, unknown>>;
  return (
    typeof message === "string" && typeof timestamp === "number" && (typeof id === "string" || typeof id === "number")
  );
}
