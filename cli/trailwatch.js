#!/usr/bin/env node
/**
 * What `npx trailwatch` runs. In a package from a registry that is the bundle, on the Node of the machine (20 or later).
 * In a checkout it is the sources, which need no build and are never stale, on the Node 24 that `npm ci` brought.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const sources = new URL("./main.ts", import.meta.url);
if (!existsSync(sources)) await import(new URL("../dist/trailwatch.js", import.meta.url).href);
else if (Number.parseInt(process.versions.node, 10) >= 24) await import(sources.href);
else {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const node = fileURLToPath(new URL(`../node_modules/node/bin/${name}`, import.meta.url));
  const child = spawn(node, [fileURLToPath(sources), ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends Ctrl-C to both; the one that does the work decides what it means.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", () => {
    process.stderr.write(`trailwatch: a checkout needs Node 24, which is not at ${node}\n  next: run npm ci\n`);
    process.exitCode = 4;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
