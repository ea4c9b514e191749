import { once } from "node:events";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { createGunzip } from "node:zlib";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { visible } from "#core/messages/visible.ts";
import { Lines } from "../detect/csv-lines.ts";
import { Table } from "../detect/table.ts";

interface DetectOptions {
  readonly interval?: string;
  readonly count?: boolean;
  readonly forest?: boolean;
  readonly entity?: readonly string[];
  readonly quiet?: boolean;
}

/** What is written at once. */
const CHUNK = 1 << 16;

export async function detect(path: string, options: DetectOptions): Promise<void> {
  const interval = options.interval === undefined ? undefined : intervalOf(options.interval);
  const table = new Table(
    { interval, entity: options.entity, counts: options.count || undefined, forest: options.forest },
    path,
  );
  const shown = process.stdout.isTTY ? visible : (line: string): string => line;
  let waiting = "";
  const write = async (): Promise<void> => {
    const text = waiting;
    waiting = "";
    if (!process.stdout.write(text)) await once(process.stdout, "drain");
  };
  const read = (line: string): void => {
    const row = table.read(line);
    if (row !== null) waiting += `${shown(row)}\n`;
  };
  const lines = new Lines();
  for await (const text of textOf(path)) {
    for (const line of lines.take(text)) {
      read(line);
      if (waiting.length >= CHUNK) await write();
    }
  }
  read(lines.rest());
  await write();
  if (!table.hasHeader) {
    throw new TrailwatchError(
      "NOTHING_READ",
      `${nameOf(path)} is empty`,
      `Give a CSV with the columns timestamp,value.`,
    );
  }
  if (!options.quiet) process.stderr.write(`${table.summary()}\n`);
}

const nameOf = (path: string): string => (path === "-" ? "stdin" : path);

async function* textOf(path: string): AsyncGenerator<string> {
  const source: Readable = path === "-" ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 });
  const stream = path.endsWith(".gz") ? source.pipe(createGunzip()) : source;
  source.on("error", (error) => stream.destroy(error));
  const decoder = new StringDecoder("utf8");
  try {
    for await (const bytes of stream) yield decoder.write(bytes as Buffer);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new TrailwatchError(
      missing ? "INPUT_NOT_FOUND" : "INPUT_UNREADABLE",
      `${nameOf(path)} ${missing ? "is not there" : `cannot be read: ${(error as Error).message}`}`,
      "Give a readable CSV file (or one packed as .gz), or - for stdin.",
      { cause: error },
    );
  }
  yield decoder.end();
}

const UNITS: Readonly<Record<string, EpochMs>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `300`, `300s`, `5m`, `1h`. */
function intervalOf(text: string): EpochMs {
  const [, number = "", unit = "s"] = /^(\d+)(ms|s|m|h|d)?$/.exec(text) ?? [];
  const interval = Number(number) * (UNITS[unit] as number);
  if (number !== "" && interval > 0 && Number.isSafeInteger(interval)) return interval;
  throw new TrailwatchError("USAGE", `--interval ${text} is not a time`, "Write it as 300s, 5m, 1h or 1d.");
}
