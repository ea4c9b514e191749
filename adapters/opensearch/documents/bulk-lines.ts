import { type BulkItem, bulkLines } from "./bulk-request.ts";

const FIRST_BYTES = 64 * 1024;
/** Buffers that wait to be written over, at most, and how large they may be: a few requests are under way at once. */
const KEPT = 4;
const KEPT_BYTES = 16 * 1024 * 1024;

const kept: Buffer[] = [];

/** An item whose lines stand somewhere. Its document is read from there, should anybody ask before they are released. */
export class WrittenItem implements BulkItem {
  readonly action: BulkItem["action"];
  readonly index: string;
  readonly id: string;
  readonly lines: BulkLines;
  readonly start: number;
  readonly end: number;

  constructor({ action, index, id }: Omit<BulkItem, "source">, lines: BulkLines, start: number, end: number) {
    this.action = action;
    this.index = index;
    this.id = id;
    this.lines = lines;
    this.start = start;
    this.end = end;
  }

  get bytes(): number {
    return this.end - this.start;
  }

  get source(): string {
    const lines = this.lines.between(this.start, this.end);
    return lines.toString("utf8", lines.indexOf("\n") + 1, lines.length - 1);
  }
}

/**
 * Lines of bulk requests, in UTF-8 as they are sent. Documents are written here one behind the other: a thousand texts
 * that wait for an answer of the cluster would be copied by the collector again and again, and joined for each request.
 */
export class BulkLines {
  #bytes: Buffer = kept.pop() ?? Buffer.allocUnsafe(FIRST_BYTES);
  #end = 0;

  add(item: BulkItem): WrittenItem {
    const text = bulkLines(item);
    const start = this.#end;
    // Most texts have one byte a character: the others are measured.
    if (start + text.length * 3 > this.#bytes.length) this.#reserve(start + Buffer.byteLength(text));
    this.#end += this.#bytes.write(text, start);
    return new WrittenItem(item, this, start, this.#end);
  }

  /** Takes the last item of another as its first. */
  move({ action, index, id, lines, start, end }: WrittenItem): WrittenItem {
    this.#reserve(end - start);
    lines.#bytes.copy(this.#bytes, 0, start, end);
    this.#end = end - start;
    return new WrittenItem({ action, index, id }, this, 0, this.#end);
  }

  /** As they stand here, until they are released. */
  between(start: number, end: number): Buffer {
    return this.#bytes.subarray(start, end);
  }

  /** What stands here is of no more use to anybody, and not on its way to a cluster any more. */
  release(): void {
    if (kept.length < KEPT && this.#bytes.length <= KEPT_BYTES) kept.push(this.#bytes);
    this.#bytes = Buffer.alloc(0);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(bytes, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** The lines of items, one after the other: as they stand where they were written so, or copied together. */
export function linesOf(items: readonly WrittenItem[]): Buffer {
  const [first, last] = [items[0], items.at(-1)];
  if (first === undefined || last === undefined) return Buffer.alloc(0);
  const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
  if (first.lines === last.lines && last.end - first.start === bytes) return first.lines.between(first.start, last.end);
  return Buffer.concat(items.map(({ lines, start, end }) => lines.between(start, end)));
}
