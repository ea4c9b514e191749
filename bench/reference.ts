/**
 * The limit that reading is measured against: gunzip and JSON.parse of every file, and nothing else. Arguments: threads,
 * folder. Prints one line of JSON.
 */
import { readFileSync } from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { gunzipSync } from "node:zlib";
import { filesBelow, report } from "./measure.ts";

interface Share {
  readonly files: readonly string[];
}

function parseAll(files: readonly string[]): number {
  let events = 0;
  for (const file of files) {
    const parsed = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { Records: unknown[] };
    events += parsed.Records.length;
  }
  return events;
}

async function inThreads(threads: number, files: readonly string[]): Promise<number> {
  const shares = Array.from({ length: threads }, (_, n) => files.filter((_file, index) => index % threads === n));
  const counts = await Promise.all(
    shares.map(
      (share) =>
        new Promise<number>((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), { workerData: { files: share } satisfies Share });
          worker.once("message", resolve);
          worker.once("error", reject);
        }),
    ),
  );
  return counts.reduce((a, b) => a + b, 0);
}

if (isMainThread) {
  const threads = Number(process.argv[2]);
  const files = filesBelow(process.argv[3] as string);
  const started = performance.now();
  const events = threads === 1 ? parseAll(files) : await inThreads(threads, files);
  report({ events, milliseconds: performance.now() - started });
} else {
  parentPort?.postMessage(parseAll((workerData as Share).files));
}
