import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const COMMAND = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** The analysis of a default world is about 5 MB of JSON. */
const LARGEST_ANSWER = 480 * 1024 * 1024;

/** What a process took, all its threads. */
export interface Taken {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** Loaded into the process before the command; writes what it took when it ends. */
const METER = `data:text/javascript,${encodeURIComponent(`
import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
if (isMainThread) process.on("exit", () =>
  writeFileSync(process.env.TRAILWATCH_METER, JSON.stringify(process.resourceUsage())));
`)}`;

/** Runs a command of trailwatch in a process of its own. Rejects when it fails. */
export async function trailwatch(...args: readonly string[]): Promise<{ readonly answer: string } & Taken> {
  const folder = mkdtempSync(join(tmpdir(), "trailwatch-meter-"));
  try {
    const meter = join(folder, "usage.json");
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", METER, COMMAND, ...args], {
      maxBuffer: LARGEST_ANSWER,
      env: { ...process.env, TRAILWATCH_METER: meter },
    });
    const usage = JSON.parse(readFileSync(meter, "utf8")) as NodeJS.ResourceUsage;
    const cpuSeconds = (usage.userCPUTime + usage.systemCPUTime) / 1e6;
    return { answer: stdout, cpuSeconds, peakMiB: usage.maxRSS / 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
