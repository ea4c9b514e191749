import { INCOMPLETE } from "../json-bytes.ts";
import { KEY_NAMES, NAME_SEED, NO_FIELD, nameSlots } from "../record-fields.ts";
import { COMPILED } from "./compiled.ts";

interface Address {
  readonly value: number;
}

/** What record-kernel.as exports; it says what each is. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly FIELDS: Address;
  readonly KEYS: Address;
  readonly KEY_MASKS: Address;
  readonly KEY_LENGTHS: Address;
  readonly NAME_SLOTS: Address;
  readonly FOLLOWING: Address;
  readonly REMEMBERED: Address;
  readonly NAME_SEED: Address;
  readonly STARTS: Address;
  readonly ENDS: Address;
  readonly PLAIN: Address;
  readonly ENTRIES: Address;
  readonly PRINT: Address;
  readonly ESCAPED_KEY: Address;
  readonly UUID: Address;
  readonly WRITTEN: Address;
  readonly TEXT: Address;
  scan(at: number, end: number): number;
  identify(): void;
  remember(field: number): number;
  fingerprint(start: number, end: number): void;
  uuid(field: number): number;
  unescape(at: number, end: number, into: number): number;
  contentOf(start: number, end: number, free: number): number;
}

/** As much of the runtime's own object as is used; the compiler's types know it only together with those of browsers. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: object };
};

/** 64 bits of a span of bytes, as two halves. */
export interface Fingerprint {
  low: number;
  high: number;
}

const KEY_BYTES = 32;
const PAGE_BYTES = 65_536;
/** Behind the text, because it is read by 32 bytes. */
const PADDING = 64;
/** Text that lies in the kernel's memory at a time, unless one record is larger. */
const WINDOW_BYTES = 256 * 1024;

/** What the kernel has found, as words of its memory. */
interface Views {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly plain: Int32Array;
  readonly entries: Int32Array;
  readonly results: Int32Array;
  readonly uuid: Int32Array;
  readonly written: Int32Array;
}

function viewsOf({ memory, FIELDS, STARTS, ENDS, PLAIN, ENTRIES, PRINT, UUID, WRITTEN }: Exports): Views {
  const words = ({ value }: Address, length: number): Int32Array => new Int32Array(memory.buffer, value, length);
  return {
    starts: words(STARTS, FIELDS.value),
    ends: words(ENDS, FIELDS.value),
    plain: words(PLAIN, FIELDS.value),
    entries: words(ENTRIES, FIELDS.value),
    results: words(PRINT, 3),
    uuid: words(UUID, 4),
    written: words(WRITTEN, 1),
  };
}

/**
 * Looks at records in a memory of its own, into which it copies what it is asked about, a window at a time. All
 * positions are those of the buffer that was given. What is asked of "the record" is of the one that was scanned last.
 */
export class RecordKernel {
  readonly #kernel: Exports;
  readonly #text: number;
  #memory: Buffer;
  #views: Views;
  #written = 0;
  /** What lies in the window: `bytes[from, to)`, and what its positions become by. */
  #bytes: Buffer | null = null;
  #from = 0;
  #to = 0;
  #shift = 0;

  /** @param remembered fields whose values are worth remembering */
  constructor(remembered: (field: number) => boolean) {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(COMPILED, "base64")));
    this.#kernel = exports as Exports;
    this.#text = this.#kernel.TEXT.value;
    const memory = Buffer.from(this.#kernel.memory.buffer);
    this.#memory = memory;
    this.#views = viewsOf(this.#kernel);
    const { KEYS, KEY_MASKS, KEY_LENGTHS, NAME_SLOTS, NAME_SEED: seed, FOLLOWING, REMEMBERED, FIELDS } = this.#kernel;
    if (KEY_NAMES.length > FIELDS.value) throw new RangeError(`the kernel knows ${FIELDS.value} fields`);
    for (const [field, name] of KEY_NAMES.entries()) {
      const length = memory.write(`"${name}":`, KEYS.value + KEY_BYTES * field, "latin1");
      memory.fill(0xff, KEY_MASKS.value + KEY_BYTES * field, KEY_MASKS.value + KEY_BYTES * field + length);
      memory[KEY_LENGTHS.value + field] = length;
      memory[REMEMBERED.value + field] = remembered(field) ? 1 : 0;
    }
    memory.set(nameSlots, NAME_SLOTS.value);
    memory.writeInt32LE(NAME_SEED, seed.value);
    memory.fill(NO_FIELD, FOLLOWING.value, FOLLOWING.value + FIELDS.value + 1);
  }

  /** Must be called where the bytes of a buffer may have changed since they were scanned. */
  renew(): void {
    this.#bytes = null;
  }

  /** Position behind the record that begins at `at` with `{`, or a negative word of json-bytes.ts. */
  scan(bytes: Buffer, at: number, end: number): number {
    if (bytes !== this.#bytes || at < this.#from || at >= this.#to) this.#load(bytes, at, end, WINDOW_BYTES);
    for (;;) {
      const next = this.#kernel.scan(at + this.#shift, Math.min(end, this.#to) + this.#shift);
      if (next >= 0) return next - this.#shift;
      if (next !== INCOMPLETE || this.#to >= end) return next;
      this.#load(bytes, at, end, this.#from === at ? 2 * (this.#to - at) : WINDOW_BYTES);
    }
  }

  /** Whether the record has a name with escapes, which may be any field's. */
  get escapedKey(): boolean {
    return this.#views.results[2] !== 0;
  }

  /** Where a field's value lies; 0 to 0 where there is none. */
  start(field: number): number {
    return this.#views.ends[field] === 0 ? 0 : (this.#views.starts[field] as number) - this.#shift;
  }

  end(field: number): number {
    const end = this.#views.ends[field] as number;
    return end === 0 ? 0 : end - this.#shift;
  }

  /** Whether the value is a text without escapes. */
  isPlain(field: number): boolean {
    return this.#views.plain[field] === 1;
  }

  /** Finds out which of the record's values were met before. */
  identify(): void {
    this.#kernel.identify();
  }

  /** After {@link identify}: the number of the value, or -1 where it is not known. */
  entry(field: number): number {
    return this.#views.entries[field] as number;
  }

  /**
   * Remembers a value that is not known, and answers its number, or -1 where it is too long for that. With number 0 all
   * other numbers become void, also those of the record.
   */
  remember(field: number): number {
    return this.#kernel.remember(field);
  }

  /** Reads a field that is a UUID as four big-endian words; false for anything else. */
  uuid(field: number, into: Int32Array): boolean {
    if (this.#views.ends[field] === 0 || this.#kernel.uuid(field) === 0) return false;
    for (let word = 0; word < 4; word++) into[word] = this.#views.uuid[word] as number;
    return true;
  }

  /** Tells whether two spans are the same bytes. The window stays as it is. */
  fingerprint(bytes: Buffer, start: number, end: number, into: Fingerprint): void {
    const shift = this.#shiftOf(bytes, start, end);
    this.#kernel.fingerprint(start + shift, end + shift);
    into.low = this.#views.results[0] as number;
    into.high = this.#views.results[1] as number;
  }

  /** {@link contentFingerprint}'s two words of a span; false where it has to be asked itself. The window stays as it is. */
  content(bytes: Buffer, start: number, end: number, into: Fingerprint): boolean {
    const shift = this.#shiftOf(bytes, start, end);
    const free = Math.max(end + shift + PADDING, this.#free);
    this.#reserve(free + (end - start));
    if (this.#kernel.contentOf(start + shift, end + shift, free) === 0) return false;
    into.low = this.#views.results[0] as number;
    into.high = this.#views.results[1] as number;
    return true;
  }

  /**
   * Writes what a JSON string says to `target[into, ...)`, in UTF-8: at most as much as the string itself has. `at` stands
   * behind the opening quote; answers the position behind the closing one, or a negative word of json-bytes.ts.
   */
  unescape(bytes: Buffer, at: number, end: number, target: Buffer, into: number): number {
    if (bytes !== this.#bytes || at < this.#from || at >= this.#to) this.#load(bytes, at, end, WINDOW_BYTES);
    for (;;) {
      const free = this.#free;
      this.#reserve(free + (this.#to - at));
      const next = this.#kernel.unescape(at + this.#shift, this.#to + this.#shift, free);
      if (next >= 0) {
        this.#written = into + this.#memory.copy(target, into, free, this.#views.written[0] as number);
        return next - this.#shift;
      }
      if (next !== INCOMPLETE || this.#to >= end) return next;
      this.#load(bytes, at, end, this.#from === at ? 2 * (this.#to - at) : WINDOW_BYTES);
    }
  }

  /** Where in its target {@link unescape} came to an end. */
  get written(): number {
    return this.#written;
  }

  /** Memory behind the window. */
  get #free(): number {
    return this.#text + this.#to - this.#from + PADDING;
  }

  /** Where a span lies in memory, which is behind the window if it is not in it. */
  #shiftOf(bytes: Buffer, start: number, end: number): number {
    if (bytes === this.#bytes && start >= this.#from && end <= this.#to) return this.#shift;
    const at = this.#free;
    this.#place(bytes, start, end, at);
    return at - start;
  }

  #load(bytes: Buffer, at: number, end: number, most: number): void {
    const to = Math.min(end, at + most);
    this.#place(bytes, at, to, this.#text);
    this.#bytes = bytes;
    this.#from = at;
    this.#to = to;
    this.#shift = this.#text - at;
  }

  #place(bytes: Buffer, start: number, end: number, at: number): void {
    this.#reserve(at + (end - start));
    bytes.copy(this.#memory, at, start, end);
  }

  #reserve(end: number): void {
    const missing = end + PADDING - this.#memory.length;
    if (missing > 0) this.#grow(Math.ceil(missing / PAGE_BYTES));
  }

  /** Memory that has grown is another one for JavaScript. */
  #grow(pages: number): void {
    this.#kernel.memory.grow(pages);
    this.#memory = Buffer.from(this.#kernel.memory.buffer);
    this.#views = viewsOf(this.#kernel);
  }
}
