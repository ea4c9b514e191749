import { isUtf8 } from "node:buffer";
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA } from "./json-bytes.ts";
import type { RecordReader } from "./record-reader.ts";

/** Texts in UTF-8, one behind the other: each begins where the one before it ends. */
export interface TextBytes {
  readonly bytes: Buffer;
  readonly ends: readonly number[];
}

/** The log events of a payload. */
export interface LogEvents {
  readonly ids: readonly string[];
  /** When each was handed over, in milliseconds. */
  readonly times: readonly number[];
  readonly messages: TextBytes;
}

const BEGINNING = Buffer.from('"logEvents":[');
const ID = Buffer.from('{"id":"');
const TIMESTAMP = Buffer.from('","timestamp":');
const MESSAGE = Buffer.from(',"message":"');
const ZERO = 0x30;
const NINE = 0x39;
/** More digits are not exact in a number. */
const EXACT_DIGITS = 15;

/**
 * Reads a payload of CloudWatch Logs in the form that CloudWatch Logs writes it in, without building it: the object around
 * its log events with an empty list of these, and they. `null` for any other form, which says nothing of what it holds.
 *
 * @param payload is written over: the messages stand in it afterwards, and what it was is lost, also where the answer is `null`
 */
export function readLogEvents(
  payload: Buffer,
  reader: RecordReader,
): { readonly around: unknown; readonly events: LogEvents } | null {
  const beginning = payload.indexOf(BEGINNING);
  if (beginning < 0 || !isUtf8(payload)) return null;
  const first = beginning + BEGINNING.length;
  const around = parsed(`${payload.toString("utf8", 0, first)}]}`);
  if (around === undefined) return null;
  const events = eventsIn(payload, first, reader);
  // The messages were written over what the reader may remember of these bytes.
  reader.renew();
  return events === null ? null : { around, events };
}

/** Texts that come as such. */
export function textBytes(texts: readonly string[]): TextBytes {
  const ends: number[] = [];
  let end = 0;
  for (const text of texts) {
    end += Buffer.byteLength(text);
    ends.push(end);
  }
  const bytes = Buffer.allocUnsafe(end);
  for (const [at, text] of texts.entries()) bytes.write(text, ends[at - 1] ?? 0);
  return { bytes, ends };
}

function eventsIn(payload: Buffer, first: number, reader: RecordReader): LogEvents | null {
  const ids: string[] = [];
  const times: number[] = [];
  const ends: number[] = [];
  let written = 0;
  for (let at = first; ; at++) {
    if (!stands(payload, at, ID)) return null;
    const id = at + ID.length;
    const idEnd = digitsEnd(payload, id);
    const time = idEnd + TIMESTAMP.length;
    if (idEnd === id || !stands(payload, idEnd, TIMESTAMP)) return null;
    const timeEnd = digitsEnd(payload, time);
    const exact = timeEnd > time && timeEnd - time <= EXACT_DIGITS && payload[time] !== ZERO;
    if (!exact || !stands(payload, timeEnd, MESSAGE)) return null;
    ids.push(payload.toString("latin1", id, idEnd));
    times.push(Number(payload.toString("latin1", time, timeEnd)));
    // A message is never longer than the string that says it: what has not been read yet is not written over.
    at = reader.unescape(payload, timeEnd + MESSAGE.length, payload.length, payload, written);
    if (at < 0 || payload[at++] !== CLOSE_OBJECT) return null;
    written = reader.written;
    ends.push(written);
    if (payload[at] === COMMA) continue;
    const isLast = payload[at] === CLOSE_ARRAY && payload[at + 1] === CLOSE_OBJECT && at + 2 === payload.length;
    return isLast ? { ids, times, messages: { bytes: payload, ends } } : null;
  }
}

function stands(bytes: Buffer, at: number, text: Buffer): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

function digitsEnd(bytes: Buffer, at: number): number {
  let p = at;
  for (let byte = bytes[p]; byte !== undefined && byte >= ZERO && byte <= NINE; byte = bytes[p]) p++;
  return p;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
