import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { isoTime } from "#core/domain/time.ts";
import { run, STRATUS, temporaryFolder } from "./trailwatch.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const STOP = join(STRATUS, "aws.defense-evasion.cloudtrail-stop.json");

const replay = (...options: string[]) => run("backtest", STOP, ...folder.out("stop"), "--quiet", ...options);

function written(name: string, text: string): string {
  const file = folder.at(name);
  writeFileSync(file, text);
  return file;
}

test("two configurations, what is known to have happened, and the page", async () => {
  const plain = written("plain.yaml", "alertBudget: { pages: 2, per: week }\n");
  const muted = written(
    "muted.yaml",
    "incidents: { mutes: [{ scope: { accounts: ['143434273843'] }, reason: a drill }] }\n",
  );
  const configs = ["--config", plain, "--config", muted];
  const first = await replay(...configs, "--format", "json");
  expect(first.code).toBe(0);
  const { runs, differences } = JSON.parse(first.stdout);
  const [page] = runs[0].pages;
  expect(runs[0]).toMatchObject({ name: "plain.yaml", budget: "2 pages a week", held: [] });
  expect(page).toMatchObject({ severity: "high", updates: expect.any(Number) });
  expect(page.after).toBeGreaterThan(0);
  expect(runs[1]).toMatchObject({ name: "muted.yaml", pages: [] });
  expect(runs[1].held[0].paging.reason).toContain("muted: a drill");
  expect(differences).toMatchObject([{ paged: "plain.yaml", other: "muted.yaml", page: { id: page.id } }]);

  const known = [{ name: "the stopped trail", start: isoTime(page.window.start), accounts: page.accounts }];
  const text = await replay(...configs, "--truth", written("known.json", JSON.stringify(known)));
  expect(text.stdout).toMatch(/Of 1 known incident 1 paged, 0 held back, 0 missed/);
  expect(text.stdout).toMatch(/found\s+the stopped trail:\s+paged/);
  expect(text.stdout).toMatch(/What they do differently[\s\S]*by muted\.yaml: not paged: muted: a drill/);
  const html = readFileSync(folder.at("stop", "backtest.html"), "utf8");
  expect(html).toContain("the stopped trail");
  expect(html).not.toContain("<script");
}, 60_000);

test("a budget is written as one", async () => {
  const none = await replay("--budget", "none", "--no-report");
  expect(none.stdout).toContain("No alert budget: severity alone decides");
  const { code, stderr } = await replay("--budget", "lots");
  expect(code).toBe(2);
  expect(stderr).toContain("2/week, 1/day or none");
}, 60_000);

test("a time in which there is nothing is said to be one", async () => {
  const swapped = await replay("--from", "2026-01-02", "--to", "2026-01-01");
  expect(swapped).toMatchObject({ code: 2, stderr: expect.stringContaining("is not before --to") });
  const later = await replay("--from", "2030-01-01");
  expect(later).toMatchObject({ code: 3, stderr: expect.stringContaining("Check the path, and --from and --to") });
}, 60_000);
