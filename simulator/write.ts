import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type SimulationOptions, simulate, type Truth } from "./index.ts";

export interface WrittenWorld {
  readonly files: number;
  /** Unique CloudTrail records, Insights apart. */
  readonly events: number;
  /** On disk. */
  readonly bytes: number;
  /** Planted incidents; what is benign is planted beside them. */
  readonly planted: number;
  readonly truth: Truth;
}

/** Fast, and still about a tenth of the text. */
const GZIP_LEVEL = 1;

/** Writes a world into a folder, which is created; files of the same name are replaced. Throws what node:fs throws. */
export function writeWorld(options: SimulationOptions & { readonly out: string }): WrittenWorld {
  const world = simulate(options);
  const made = new Set<string>();
  let files = 0;
  let bytes = 0;
  for (;;) {
    const next = world.next();
    if (next.done) {
      const planted = next.value.planted.filter((story) => story.kind === "incident").length;
      return { files, events: next.value.events, bytes, planted, truth: next.value };
    }
    const path = join(options.out, next.value.path);
    const folder = dirname(path);
    if (!made.has(folder)) {
      mkdirSync(folder, { recursive: true });
      made.add(folder);
    }
    const content = path.endsWith(".gz")
      ? gzipSync(next.value.text, { level: GZIP_LEVEL })
      : Buffer.from(next.value.text);
    writeFileSync(path, content);
    files++;
    bytes += content.byteLength;
  }
}
