import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { canonicalJson, detailNeeds, normaliseRecord } from "#core/normalise/index.ts";
import { ALL_SAMPLES } from "../unit/normalise/fixtures.ts";

const hash = (text: string): string => text.length.toString(16).padStart(64, "0");

/** Values that a parser can produce, with the traps among them. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>(
    null,
    "",
    "x".repeat(100_000),
    "__proto__",
    "constructor",
    "arn:",
    "arn:::::",
    "{",
    '{"Statement":7}',
    '{"Statement":[{"Effect":"Allow","Principal":{"AWS":{"a":1}},"Condition":[1]}]}',
    JSON.parse('{"__proto__":{"items":[1]},"constructor":{"prototype":1},"hasOwnProperty":1,"toString":2}'),
    JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`),
    Number.MAX_VALUE,
    -1,
    1e308,
    "1".repeat(400),
    "\ud800",
  ),
);

const samples = fc.constantFrom(...ALL_SAMPLES.map(({ record }) => record));

/** Every path to a value inside, to a depth at which all fields that are read lie. */
function pathsOf(value: unknown, prefix: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null || prefix.length > 7) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...prefix, key], ...pathsOf(inner, [...prefix, key])]);
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  const inside = replaced(Object.getOwnPropertyDescriptor(value, key)?.value, rest, by);
  // An assignment to `__proto__` would change what the copy inherits, which no parser does.
  Object.defineProperty(copy, key, { value: inside, enumerable: true, configurable: true, writable: true });
  return copy;
}

const mutated = fc
  .tuple(samples, fc.array(fc.tuple(fc.nat(), anything), { minLength: 1, maxLength: 4 }))
  .map(([record, changes]) =>
    changes.reduce<unknown>((current, [pick, by]) => {
      const paths = pathsOf(current);
      return paths.length === 0 ? current : replaced(current, paths[pick % paths.length] as string[], by);
    }, record),
  );

test("whatever a record holds, the answer is an event, an insight or a reason", () => {
  fc.assert(
    fc.property(mutated, (record) => {
      const result = normaliseRecord(record, hash);
      if (result.kind === "rejected") expect(result.detail).toMatch(/\S/);
      if (result.kind !== "event") return;
      const { event } = result;
      expect(Number.isSafeInteger(event.time)).toBe(true);
      for (const name of [event.id, event.account, event.region, event.service, event.action, event.principal.id]) {
        expect(typeof name).toBe("string");
        expect(name.length).toBeLessThan(2_200);
      }
      expect(event.resources.length).toBeLessThanOrEqual(50);
      for (const { amount } of event.quantities) expect(Number.isFinite(amount) && amount > 0).toBe(true);
    }),
    { numRuns: 4_000 },
  );
});

test("anything at all is answered", () => {
  fc.assert(
    fc.property(anything, (value) => {
      expect(normaliseRecord(value, hash).kind).toBe("rejected");
    }),
  );
});

test("names from the prototype are names like others", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"]) {
    const record = {
      eventTime: "2026-11-03T02:14:00Z",
      eventSource: `${name}.amazonaws.com`,
      eventName: name,
      eventID: "1",
    };
    const result = normaliseRecord({ ...record, requestParameters: { [name]: name, name } }, hash);
    expect(result).toMatchObject({ kind: "event", event: { service: name, action: name, marks: [], quantities: [] } });
  }
});

describe("depth is no danger", () => {
  /** Deeper than any stack lets a function call itself. */
  const LEVELS = 20_000;
  const deep = (wrap: (inner: unknown) => unknown): unknown => {
    let value: unknown = "x";
    for (let level = 0; level < LEVELS; level++) value = wrap(value);
    return value;
  };
  const values = [deep((inner) => [inner]), deep((items) => ({ items })), deep((Statement) => ({ Statement }))];
  const fields = ["requestParameters", "responseElements", "additionalEventData", "userIdentity", "resources"];
  const answers = (record: unknown) => expect(normaliseRecord(record, hash).kind).toMatch(/event|rejected/);

  test("in any field of any action, and in any parameter", () => {
    const onePerAction = new Map(
      ALL_SAMPLES.map(({ record }) => [`${record["eventSource"]} ${record["eventName"]}`, record]),
    );
    for (const record of onePerAction.values()) {
      const inside = Object.keys((record["requestParameters"] as object | null) ?? {});
      for (const value of values) {
        for (const field of fields) answers({ ...record, eventID: "1", [field]: value });
        answers({
          ...record,
          eventID: "1",
          requestParameters: Object.fromEntries(inside.map((name) => [name, value])),
        });
      }
    }
  });

  test("in a record that is identified by all of its content", () => {
    const { eventID: _, ...record } = ALL_SAMPLES[0]?.record ?? {};
    for (const value of values) for (const field of fields) answers({ ...record, [field]: value });
  });
});

test("a record without its unneeded sub-documents gives the same answer, whatever they were", () => {
  fc.assert(
    fc.property(mutated, (record) => {
      const whole = { ...(record as Record<string, unknown>), eventID: "1" };
      const { eventSource, eventName } = whole as { eventSource?: unknown; eventName?: unknown };
      if (typeof eventSource !== "string" || typeof eventName !== "string") return;
      const narrow: Record<string, unknown> = { ...whole };
      for (const [name, needed] of Object.entries(detailNeeds(eventSource, eventName)))
        if (!needed) delete narrow[name];
      expect(normaliseRecord(narrow, hash)).toEqual(normaliseRecord(whole, hash));
    }),
    { numRuns: 2_000 },
  );
});

test("the same record gives the same answer, and is left as it was", () => {
  fc.assert(
    fc.property(mutated, (record) => {
      const before = canonicalJson(record);
      const first = normaliseRecord(record, hash);
      expect(normaliseRecord(structuredClone(record), hash)).toEqual(first);
      expect(canonicalJson(record)).toBe(before);
    }),
    { numRuns: 500 },
  );
});

test("canonical JSON is the same for the same content", () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, inner]) => [key, shuffled(inner)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(shuffled(value))).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
