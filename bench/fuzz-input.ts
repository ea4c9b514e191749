import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** A seeded source of whole numbers in `[0, below)`. */
type Dice = (below: number) => number;

function dice(seed: number): Dice {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const pick = <T>(from: readonly T[], roll: Dice): T => from[roll(from.length)] as T;

const STRANGE: readonly unknown[] = [
  null,
  "",
  0,
  -1,
  1e308,
  true,
  [],
  {},
  [[[]]],
  "\u0000",
  "\ud800",
  "\u202e<script>alert(1)</script>",
  "x".repeat(5000),
  "'; drop table events; --",
  "2026-02-30T00:00:00Z",
  "9999-12-31T23:59:59Z",
  { __proto__: null, constructor: { prototype: 1 } },
  { items: [null, 7, "x", { instanceId: 9 }] },
];

/** A record of which some value, at any depth, is something else than it should be. */
function mutateRecord(record: unknown, roll: Dice): unknown {
  const copy = structuredClone(record);
  for (let times = 1 + roll(3); times > 0; times--) {
    let holder = copy as Record<string, unknown>;
    for (;;) {
      const keys = Object.keys(holder);
      if (keys.length === 0) break;
      const key = pick(keys, roll);
      const inner = holder[key];
      if (typeof inner === "object" && inner !== null && roll(3) > 0) {
        holder = inner as Record<string, unknown>;
        continue;
      }
      if (roll(4) === 0) delete holder[key];
      else holder[key] = structuredClone(pick(STRANGE, roll));
      break;
    }
  }
  return copy;
}

const INSERTED = ['"', "{", "}", "[", "]", ",", ":", "\\", "\n", "\u0000", "\ufeff", "é", '{"Records":[', "]}", "null"];

/** Text with a few bytes changed, taken out, put in, or doubled. */
function mutateBytes(bytes: Buffer, roll: Dice): Buffer {
  let text = bytes;
  for (let times = 1 + roll(4); times > 0 && text.length > 0; times--) {
    const at = roll(text.length);
    const to = Math.min(text.length, at + roll(200));
    const [before, middle, after] = [text.subarray(0, at), text.subarray(at, to), text.subarray(to)];
    switch (roll(5)) {
      case 0:
        text = Buffer.concat([before, after]);
        break;
      case 1:
        text = Buffer.concat([before, Buffer.from(pick(INSERTED, roll)), middle, after]);
        break;
      case 2:
        text = Buffer.concat([before, middle, middle, after]);
        break;
      case 3:
        text = Buffer.from(text);
        text[at] = roll(256);
        break;
      default:
        text = before;
    }
  }
  return text;
}

/** A file in some wrapping, whole or damaged, packed or not, damaged again. */
function mutateFile(records: readonly unknown[], roll: Dice): Buffer {
  const own = Array.from({ length: roll(12) }, () => {
    const record = pick(records, roll);
    return roll(2) === 0 ? record : mutateRecord(record, roll);
  });
  const wrap: readonly (() => string)[] = [
    () => JSON.stringify({ Records: own }),
    () => JSON.stringify(own, null, roll(3)),
    () => own.map((record) => JSON.stringify(record)).join("\n"),
    () => JSON.stringify({ Events: own.map((record) => ({ CloudTrailEvent: JSON.stringify(record) })) }),
    () =>
      JSON.stringify({
        messageType: "DATA_MESSAGE",
        logEvents: own.map((record) => ({ message: JSON.stringify(record) })),
      }),
    () =>
      JSON.stringify({
        awslogs: {
          data: gzipSync(
            JSON.stringify({ logEvents: own.map((record) => ({ message: JSON.stringify(record) })) }),
          ).toString("base64"),
        },
      }),
    () => own.map((record) => JSON.stringify({ Records: [record] })).join("\n"),
  ];
  let bytes = Buffer.from(pick(wrap, roll)());
  if (roll(3) > 0) bytes = mutateBytes(bytes, roll) as Buffer<ArrayBuffer>;
  if (roll(2) === 0) bytes = gzipSync(bytes);
  return roll(3) === 0 ? mutateBytes(bytes, roll) : bytes;
}

const FIXTURES = new URL("../test/fixtures/cloudtrail/", import.meta.url);

/** Real records of many shapes: five ordinary minutes, one of each API, and what detection rules are tested with. */
export function realRecords(): readonly unknown[] {
  const read = (name: string): string => readFileSync(new URL(name, FIXTURES), "utf8");
  return [
    ...(JSON.parse(read("normal_5min_opensearch_catalog.json")) as { Records: unknown[] }).Records,
    ...(JSON.parse(read("traildiscover_one_per_api.json")) as { Records: unknown[] }).Records,
    ...read("panther_rule_tests.jsonl")
      .split("\n")
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { event: unknown }).event),
  ];
}

/** `count` mutated records in an undamaged file. */
export function fuzzRecordsFile(real: readonly unknown[], seed: number, count: number): Buffer {
  const roll = dice(seed);
  const records = Array.from({ length: count }, (_, index) => {
    const mutated = mutateRecord(pick(real, roll), roll);
    // Most with an id of their own: otherwise nearly all would be conflicts of a few.
    return roll(4) === 0 ? mutated : { ...(mutated as object), eventID: `${seed}-${index}` };
  });
  return Buffer.from(JSON.stringify({ Records: records }));
}

/** A file in any wrapping, its records, its text or its bytes damaged. */
export const fuzzFile = (real: readonly unknown[], seed: number): Buffer => mutateFile(real, dice(seed));
