/** Bundles the command line into dist/, which is what a packed install runs. */
import { rmSync } from "node:fs";
import { bundle } from "./bundle.ts";

rmSync("dist", { recursive: true, force: true });
await bundle({ trailwatch: "cli/main.ts", "ingest-worker": "cli/ingest/worker.ts" }, "dist");
