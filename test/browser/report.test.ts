import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** What a person runs. */
const trailwatch = (...args: string[]): string =>
  execFileSync("node", ["cli/trailwatch.js", ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "trailwatch-browser-"));
  const world = join(folder, "world");
  trailwatch("simulate", "--out", world, "--accounts", "6", "--days", "16", "--seed", "3", "--quiet");
  trailwatch(
    "analyze",
    join(world, "AWSLogs"),
    "--organization",
    join(world, "organization.json"),
    "--out",
    join(folder, "out"),
    "--quiet",
  );
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}, 180_000);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const SCREENS = [
  { name: "phone", width: 390, height: 844, colorScheme: "light" },
  { name: "phone at night", width: 390, height: 844, colorScheme: "dark" },
  { name: "desktop", width: 1280, height: 900, colorScheme: "light" },
] as const;

describe.each(SCREENS)("report.html on a $name", ({ name, width, height, colorScheme }) => {
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, bypassCSP: true });
    page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(`requested ${request.url()}`);
    });
    await page.goto(pathToFileURL(join(folder, "out", "report.html")).href);
    const pictures = process.env["TRAILWATCH_SCREENSHOTS"];
    if (pictures) await page.screenshot({ path: join(pictures, `${name.replaceAll(" ", "-")}.png`), fullPage: true });
  }, 60_000);

  afterAll(async () => page?.context().close());

  test("shows incidents and complains of nothing", async () => {
    expect(await page.locator("article.incident h3").count()).toBeGreaterThan(0);
    expect(await page.locator("svg").count()).toBeGreaterThan(3);
    expect(complaints).toEqual([]);
  });

  test("never scrolls sideways", async () => {
    const { opened, content, view } = await page.evaluate(() => {
      const folded = [...globalThis.document.querySelectorAll("details")];
      for (const details of folded) details.open = true;
      const { scrollWidth, clientWidth } = globalThis.document.documentElement;
      return { opened: folded.length, content: scrollWidth, view: clientWidth };
    });
    expect(opened).toBeGreaterThan(0);
    expect(content).toBeLessThanOrEqual(view);
  });

  test("has nothing serious for axe", async () => {
    await page.addScriptTag({ content: axe.source });
    const violations = await page.evaluate(async () => {
      const axe = (globalThis as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } }).axe;
      const { violations } = await axe.run();
      return violations.map(({ id, impact, nodes }) => ({
        id,
        impact,
        nodes: nodes.slice(0, 3).map((node) => node.html),
      }));
    });
    expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
  }, 60_000);
});

interface AxeViolation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}
