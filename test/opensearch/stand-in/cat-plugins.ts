import type { CoreNode } from "./core-node.ts";
import { type Answer, type Call, type Json, ok } from "./exchange.ts";
import { recordedBody } from "./recordings.ts";

const COLUMNS = ["name", "component", "version"];

/** The core's plugins and the stood-in ones, in the version that was recorded. */
export async function catPlugins(core: CoreNode, { query }: Call, standIns: readonly string[]): Promise<Answer> {
  const own: Json[] = await core.get("GET", "/_cat/plugins?format=json");
  const [{ name }] = await core.get("GET", "/_cat/nodes?format=json&h=name");
  const [{ version }]: Json[] = recordedBody("core", "cat-plugins");
  const rows = [...own, ...standIns.map((component) => ({ name, component, version }))];
  const columns = query.get("h")?.split(",") ?? COLUMNS;
  if (query.get("format") === "json") {
    return ok(rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]]))));
  }
  return ok(rows.map((row) => `${columns.map((column) => row[column]).join(" ")}\n`).join(""));
}
