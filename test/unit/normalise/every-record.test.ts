import { expect, test } from "@jest/globals";
import {
  EVENT_CATEGORIES,
  EVENT_MARKS,
  OUTCOMES,
  QUANTITY_CHANGES,
  QUANTITY_KINDS,
  type UsageEvent,
} from "#core/domain/usage-event.ts";
import { detailNeeds, normaliseRecord } from "#core/normalise/index.ts";
import { ALL_SAMPLES, hash } from "./fixtures.ts";

const results = ALL_SAMPLES.map(({ from, record }) => ({ from, record, result: normaliseRecord(record, hash) }));

function expectWellFormed(event: UsageEvent): void {
  expect(event.id).not.toBe("");
  expect(Number.isSafeInteger(event.time)).toBe(true);
  expect(event.account).not.toBe("");
  expect(event.service).not.toContain(".amazonaws.com");
  expect(event.action).not.toMatch(/20\d\d_?\d\d_?\d\d/);
  expect(OUTCOMES).toContain(event.outcome);
  expect(EVENT_CATEGORIES).toContain(event.category);
  if (event.outcome === "success") expect(event.errorCode).toBeNull();
  expect(event.principal.id).not.toBe("");
  expect(new Set(event.marks).size).toBe(event.marks.length);
  for (const mark of event.marks) expect(EVENT_MARKS).toContain(mark);
  expect(new Set(event.resources).size).toBe(event.resources.length);
  expect(event.counterparties).not.toContain(event.account);
  for (const quantity of event.quantities) {
    expect(QUANTITY_KINDS).toContain(quantity.kind);
    expect(QUANTITY_CHANGES).toContain(quantity.change);
    expect(quantity.amount).toBeGreaterThan(0);
    expect(event.outcome).toBe("success");
  }
}

test("every record of every data set becomes an event, but for the excerpts without a usable time or source", () => {
  const rejected = results.filter(({ result }) => result.kind === "rejected");
  expect(results).toHaveLength(1880);
  expect(rejected).toHaveLength(20);
  for (const { record, result } of rejected) {
    const unusable = !/^\d{4}-/.test(String(record["eventTime"])) || record["eventSource"] === undefined;
    expect(unusable).toBe(true);
    expect(result).toMatchObject({ detail: expect.stringMatching(/eventTime|eventSource/) });
  }
});

test("events are well formed", () => {
  for (const { result } of results) if (result.kind === "event") expectWellFormed(result.event);
});

test("sub-documents that are said not to be needed change nothing", () => {
  for (const { from, record, result } of results) {
    if (record["eventID"] === undefined || typeof record["eventSource"] !== "string") continue;
    const needs = detailNeeds(record["eventSource"], String(record["eventName"]));
    const narrow = { ...record };
    for (const [name, needed] of Object.entries(needs)) if (!needed) delete narrow[name];
    expect({ from, result: normaliseRecord(narrow, hash) }).toEqual({ from, result });
  }
});

test("most records need no answer and no additional data to be parsed", () => {
  const share = (name: "responseElements" | "additionalEventData"): number =>
    ALL_SAMPLES.filter(({ record }) => detailNeeds(String(record["eventSource"]), String(record["eventName"]))[name])
      .length / ALL_SAMPLES.length;
  expect(share("responseElements")).toBeLessThan(0.1);
  expect(share("additionalEventData")).toBeLessThan(0.1);
});

test("the five normal minutes carry no mark", () => {
  const marked = results.filter(
    ({ from, result }) => from.startsWith("normal") && result.kind === "event" && result.event.marks.length > 0,
  );
  expect(marked.map(({ from }) => from)).toEqual([]);
});
