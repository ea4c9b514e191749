/**
 * What the CDK runs (`app` in cdk.json): the sources, which take Node 24 or later. The CDK starts whatever `node` is first
 * on the path; where that is an older one, the Node that `npm ci` brought goes on.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const sources = new URL("./trailwatch.ts", import.meta.url);
if (Number.parseInt(process.versions.node, 10) >= 24) await import(sources.href);
else {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const node = fileURLToPath(new URL(`../node_modules/node/bin/${name}`, import.meta.url));
  if (existsSync(node)) {
    process.exitCode = spawnSync(node, [fileURLToPath(sources)], { stdio: "inherit" }).status ?? 1;
  } else {
    process.stderr.write(`trailwatch: deploying needs Node 24, which is not at ${node}\n  next: run npm ci\n`);
    process.exitCode = 4;
  }
}
