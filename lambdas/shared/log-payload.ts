import { constants, gunzipSync } from "node:zlib";
import { type LogEvents, readLogEvents, textBytes } from "#adapters/files/log-events.ts";
import { RecordReader } from "#adapters/files/record-reader.ts";

/**
 * What a subscription filter delivers, once it is unpacked. There are no log events in a control message, by which
 * CloudWatch Logs finds out whether anybody listens. A message of CloudTrail's log group is one record.
 */
export interface LogPayload extends LogEvents {
  readonly logGroup: string;
  readonly logStream: string;
}

interface LogEvent {
  /** The same whenever the event is delivered. */
  readonly id: string | number;
  /** When CloudTrail handed it over. */
  readonly timestamp: number;
  readonly message: string;
}

/** Why a payload could not be unpacked. */
export class UnreadablePayload extends Error {
  override readonly name = "UnreadablePayload";
}

/** CloudWatch Logs sends at most some megabytes; what unpacks to more is no payload of its. */
const MOST_BYTES = 256 * 1024 * 1024;
const LARGEST_CHUNK = 32 * 1024 * 1024;

const reader = new RecordReader();

/** Unpacks `data`, base64 of gzip of JSON. Throws {@link UnreadablePayload}. */
export function unpackLogPayload(data: string): LogPayload {
  try {
    const packed = Buffer.from(data, "base64");
    const usual = readLogEvents(unpacked(packed), reader);
    // In another form it has been written over.
    const payload = usual === null ? JSON.parse(unpacked(packed).toString("utf8")) : usual.around;
    const { isControl, logEvents, ...place } = placeOf(payload);
    if (usual !== null && !isControl) return { ...place, ...usual.events };
    return {
      ...place,
      ids: logEvents.map(({ id }) => String(id)),
      times: logEvents.map(({ timestamp }) => timestamp),
      messages: textBytes(logEvents.map(({ message }) => message)),
    };
  } catch (error) {
    if (error instanceof UnreadablePayload) throw error;
    throw new UnreadablePayload((error as Error).message, { cause: error });
  }
}

/** In one piece: the unpacked length that gzip notes in its last four bytes is only a hint, but saves growing and joining. */
function unpacked(packed: Buffer): Buffer {
  const stated = packed.length < 18 ? 0 : packed.readUInt32LE(packed.length - 4) + 1;
  const chunkSize = Math.max(constants.Z_MIN_CHUNK, Math.min(stated, LARGEST_CHUNK));
  return gunzipSync(packed, { maxOutputLength: MOST_BYTES, chunkSize });
}

interface Place extends Pick<LogPayload, "logGroup" | "logStream"> {
  readonly isControl: boolean;
  readonly logEvents: readonly LogEvent[];
}

function placeOf(payload: unknown): Place {
  if (typeof payload !== "object" || payload === null) throw new UnreadablePayload("no object");
  const { messageType, logGroup, logStream, logEvents } = payload as Readonly<Record<string, unknown>>;
  const isControl = messageType === "CONTROL_MESSAGE";
  const place = { isControl, logGroup: String(logGroup), logStream: String(logStream) };
  if (isControl) return { ...place, logEvents: [] };
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
