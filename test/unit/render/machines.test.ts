import { beforeAll, expect, test } from "@jest/globals";
import type { Analysis } from "#core/domain/analysis.ts";
import { renderIncidentJson, renderJson, renderNdjson } from "../../../cli/render/json.ts";
import { renderIncidentsMarkdown, renderMarkdown } from "../../../cli/render/markdown.ts";
import { STORIES } from "../explain/stories.ts";
import { analysisOf } from "./analysis.ts";

let analysis: Analysis;
beforeAll(async () => {
  analysis = analysisOf([(await STORIES.mining()).incident, (await STORIES.scaling()).incident]);
});

test("JSON is the analysis, with money as decimal text", () => {
  const read = JSON.parse(renderJson(analysis)) as Analysis;
  expect(read).toEqual(JSON.parse(JSON.stringify(analysis)));
  expect(read.incidents[0]?.cost).toMatchObject({ perDay: { low: "6503.424", high: "7804.1088" } });
});

test("keys stand in one order whatever made the object", () => {
  const [incident] = analysis.incidents;
  if (!incident) throw new Error("no incident");
  const turned = Object.fromEntries(Object.entries(incident).reverse()) as typeof incident;
  expect(renderIncidentJson(turned)).toBe(renderIncidentJson(incident));
});

test("NDJSON: the analysis without incidents, then an incident a line", () => {
  const lines = renderNdjson(analysis)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ kind }) => kind)).toEqual(["analysis", "incident", "incident"]);
  expect(lines[0]).not.toHaveProperty("incidents");
  expect(lines[1]).toHaveProperty("explanation.summary");
});

test("Markdown has the summary, the incidents and the groups as tables", () => {
  const text = renderMarkdown(analysis);
  expect(text).toContain("- **Found**: 1 incident to act on (1 critical); 1 for the digest");
  expect(text).toContain("### CRITICAL: GPU instances (8 x p3.16xlarge)");
  expect(text).toContain("| production | 2 | 100,000 | 2 | \\$313 to \\$340 |");
  for (const row of text.split("\n").filter((line) => line.startsWith("| medium")))
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(6);
  expect(renderIncidentsMarkdown([])).toBe("no incidents\n");
});
