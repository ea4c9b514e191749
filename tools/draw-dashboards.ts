/**
 * `node tools/draw-dashboards.ts`: draws docs/images/dashboards/*.png from the answers of a node with a simulated organization. Needs
 * OpenSearch (OPENSEARCH_URL, else http://127.0.0.1:9200; `npm run opensearch:start`) and Chromium (CHROMIUM, else
 * /usr/bin/chromium). What it puts on the node has a namespace of its own, and is removed.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { connectOpenSearch, type OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { type IndexNames, indexNames } from "#adapters/opensearch/index-names.ts";
import { savedObjects } from "#adapters/opensearch/saved-objects/saved-objects.ts";
import { type Drawer, dashboardPages } from "./dashboards/panel-page.ts";
import { fillNode, simulateAndAnalyse } from "./dashboards/simulated-world.ts";

const WORLD = { accounts: 12, days: 21, seed: 7 };
const OUT = new URL("../docs/images/dashboards/", import.meta.url).pathname;

async function draw(drawer: Drawer): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    for (const dashboard of drawer.objects.filter(({ type }) => type === "dashboard")) {
      for (const { name, html } of await dashboardPages(dashboard, drawer)) {
        await page.setContent(html);
        await page.locator("#picture").screenshot({ path: join(OUT, `${name}.png`) });
      }
    }
  } finally {
    await browser.close();
  }
}

/** By their names, since a cluster may refuse to delete by a pattern. */
async function removeAll(connection: OpenSearchConnection, names: IndexNames): Promise<void> {
  const { body } = await connection.send("GET", `/_cat/indices/${names.namespace}*`, {
    query: { format: "json", h: "index" },
  });
  for (const { index } of body as readonly { readonly index: string }[]) await connection.send("DELETE", `/${index}`);
  for (const { name } of indexTemplates(names)) {
    await connection.send("DELETE", `/_index_template/${name}`, { allow: [404] });
  }
}

const connection = connectOpenSearch({
  url: process.env["OPENSEARCH_URL"] ?? "http://127.0.0.1:9200",
  authentication: { kind: "none" },
});
const names = indexNames("pictures-");
const folder = mkdtempSync(join(tmpdir(), "trailwatch-pictures-"));
try {
  mkdirSync(OUT, { recursive: true });
  simulateAndAnalyse(folder, WORLD);
  const { analysis } = await fillNode(folder, connection, names);
  if (!analysis.span) throw new Error("the simulated world has no events");
  const context = { from: analysis.span.start, to: analysis.span.end };
  await draw({ objects: savedObjects(names), connection, context });
} finally {
  await removeAll(connection, names);
  await connection.close();
  rmSync(folder, { recursive: true, force: true });
}
