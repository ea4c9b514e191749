import { parentPort, workerData } from "node:worker_threads";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { FileReader } from "./file-reader.ts";
import type { FileJob, Ready, WorkerSettings } from "./protocol.ts";

/** The entry of a reading thread: its own file beside the main bundle, because a thread starts from a file. */
if (parentPort !== null) {
  const port = parentPort;
  const post = port.postMessage.bind(port);
  const newReader = (): FileReader => new FileReader(createPriceBook(), workerData as WorkerSettings, post);
  let reader = newReader();
  port.postMessage({ type: "ready" } satisfies Ready);
  let last: Promise<void> = Promise.resolve();
  port.on("message", (job: FileJob) => {
    last = last
      .then(() => reader.read(job))
      .catch((error: unknown) => {
        // What the failed file left in it must not come out with the next: its dictionaries start again.
        reader = newReader();
        post({ type: "failed", job: job.job, message: error instanceof Error ? error.message : String(error) });
      });
  });
}
