import { createHash } from "node:crypto";
import type { EventSource, ReadSelection, SourceFile } from "#core/ports/event-source.ts";

/**
 * What is piped in, as one file. It is held in memory as it comes, packed or not: pipe gzip, or name a file, when there
 * is more of it than memory.
 */
export class StandardInput implements EventSource {
  readonly name = "standard input";
  readonly #stream: AsyncIterable<Uint8Array | string>;

  constructor(stream: AsyncIterable<Uint8Array | string>) {
    this.#stream = stream;
  }

  async *files(_selection: ReadSelection, signal?: AbortSignal): AsyncIterable<SourceFile> {
    const pieces: Buffer[] = [];
    for await (const piece of this.#stream) {
      if (signal?.aborted) return;
      pieces.push(Buffer.from(piece as Uint8Array));
    }
    const bytes = Buffer.concat(pieces);
    // Two inputs are two files of the ledger, and the same input twice is one.
    const tag = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
    yield {
      path: `stdin:${tag}`,
      size: bytes.length,
      tag,
      localPath: null,
      reopenable: false,
      open: async () => bytes,
    };
  }
}
