import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Analysis } from "#core/domain/analysis.ts";
import type { Incident } from "#core/domain/incident.ts";
import { columns, Terminal } from "../../../cli/render/terminal.ts";
import { renderIncident, renderIncidentList, renderText } from "../../../cli/render/text.ts";
import { STORIES } from "../explain/stories.ts";
import { analysisOf } from "./analysis.ts";

let analysis: Analysis;
let mining: Incident;
const plain = { width: 100, colour: false };

beforeAll(async () => {
  mining = (await STORIES.mining()).incident;
  const { incident: scaling } = await STORIES.scaling();
  const { incident: fleet } = await STORIES.fleet();
  const muted: Incident = {
    ...fleet,
    id: "muted-one",
    paging: { paged: false, reason: "muted", heldBackBy: null },
    mute: { kind: "mute", reason: "load test until Friday", until: null },
  };
  analysis = analysisOf([mining, scaling, muted]);
});

test("ten seconds: what was read, left out, unknown, found and spent", () => {
  const [summary = ""] = renderText(analysis, { width: 120, colour: false }).split("\n\n");
  expect(summary.split("\n")).toEqual([
    "Trailwatch 0.1.0",
    "  Read      212,331 events in 4 accounts, 2026-10-14 02:10 UTC to 2026-11-04 02:10 UTC (21 days); 4,032 files, 48 MB",
    "  Left out  1,204 duplicates counted once; 1 conflict kept apart; 3 quarantined (2 of broken JSON and 1 without a needed",
    "            field); 12 files (digest file)",
    "  Unknown   1 window without healthy delivery, 3 hours in prod-main: silence there was not taken for calm",
    "  Found     1 incident to act on (1 critical); 1 for the digest; 1 muted",
    "  Spend     $313 to $340 per hour added, $1.28 to $1.54 removed, $0.42 once, 14 events of unknown cost (list prices as",
    "            of 2026-10-01)",
  ]);
});

test("what pages comes in full, the digest with the reason, the muted stay in view", () => {
  const text = renderText(analysis, plain);
  const at = (part: string): number => {
    expect(text).toContain(part);
    return text.indexOf(part);
  };
  expect(at("CRITICAL  GPU instances (8 x p3.16xlarge)")).toBeLessThan(at("Digest: seen, and nobody was woken"));
  expect(at("UTC; expected: launched by Auto Scaling")).toBeLessThan(at("-- Muted"));
  expect(at("mute: load test until Friday")).toBeGreaterThan(0);
  expect(at("HIGH   Crypto mining")).toBeGreaterThan(0);
  expect(at("trailwatch show ")).toBeGreaterThan(0);
});

test("nothing found is said, not left blank", () => {
  const quiet = renderText({ ...analysisOf([]), unknownWindows: [] }, plain);
  expect(quiet).toContain("Found     no incidents");
  expect(quiet).not.toContain("Unknown");
  expect(renderIncidentList([], plain)).toBe("no incidents\n");
});

test("an incident in full has its causes, actions with links and commands, cost and evidence with queries", () => {
  const text = renderIncident(mining, plain);
  for (const part of [
    "Potential causes",
    "Recommended actions",
    "Cost impact",
    "Evidence",
    "     $ aws cloudtrail lookup-events",
    "select sum(amount) from event_quantities",
  ]) {
    expect(text).toContain(part);
  }
});

describe("width", () => {
  test.each([60, 80, 100, 120])(
    "%d columns: lines are no wider, but for words and commands that must not break",
    (width) => {
      for (const line of renderText(analysis, { width, colour: false }).split("\n")) {
        const words = line.trim().split(" ");
        const alone = words.some((word) => columns(word) > width - 30) || line.includes("trailwatch show");
        expect([line, alone || columns(line) <= width]).toEqual([line, true]);
      }
    },
  );
  test("too narrow and too wide are brought to what can be read", () => {
    expect(new Terminal({ width: 10, colour: false }).width).toBe(60);
    expect(new Terminal({ width: 400, colour: false }).width).toBe(120);
  });
  test("no word is lost or broken by wrapping", () => {
    const text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
    const wrapped = new Terminal({ width: 60, colour: false }).wrap(text, "  label ");
    expect(wrapped.split(/\s+/).filter(Boolean)).toEqual(["label", ...text.split(" ")]);
  });
  test("wide letters take two columns, marks none", () => {
    expect([columns("abc"), columns("日本"), columns("e\u0301"), columns("🚨")]).toEqual([3, 4, 1, 2]);
  });
});

test("colours only where asked, and they change nothing else", () => {
  const coloured = renderText(analysis, { width: 100, colour: true });
  expect(renderText(analysis, plain)).not.toContain("\u001b");
  expect(coloured).toContain("\u001b[");
  expect(stripVTControlCharacters(coloured)).toBe(renderText(analysis, plain));
});

test("the same analysis gives the same bytes, and no trailing blanks", () => {
  expect(renderText(structuredClone(analysis), plain)).toBe(renderText(analysis, plain));
  expect(renderText(analysis, plain)).not.toMatch(/ \n/);
});
