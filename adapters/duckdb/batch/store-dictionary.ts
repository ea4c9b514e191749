import { createHash } from "node:crypto";

/** Different values that are remembered; beyond them a value may be numbered a second time, which readers allow for. */
const REMEMBERED = 300_000;

/** What is longer is remembered by its hash: a caller takes half a kilobyte, and large organizations have many. */
const LONGEST_KEY = 64;

type Row = readonly unknown[];

/** The store's own numbers for the values of one dictionary, in the order in which they first came. */
export class StoreDictionary {
  readonly #numbers = new Map<string, number>();
  #next: number;

  /** `rows` are what the store holds already, by number; `next` is the first number that is free. */
  constructor(rows: Iterable<readonly [number, Row]>, next: number) {
    for (const [number, row] of rows) this.#numbers.set(keyOf(row), number);
    this.#next = next;
  }

  /** `store` is called with a value that was not there, and the number that it gets. */
  number(row: Row, store: (number: number, row: Row) => void): number {
    const key = keyOf(row);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#numbers.size >= REMEMBERED) this.#numbers.clear();
    const number = this.#next++;
    this.#numbers.set(key, number);
    store(number, row);
    return number;
  }
}

function keyOf(row: Row): string {
  const key = JSON.stringify(row);
  // No hash in this form begins as JSON does.
  return key.length <= LONGEST_KEY ? key : createHash("sha256").update(key).digest("base64");
}

/** From one worker's numbers to the store's. */
export class NumberMap {
  #numbers = new Int32Array(256);
  #size = 0;

  add(number: number): void {
    if (this.#size === this.#numbers.length) {
      const larger = new Int32Array(this.#size * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#size++] = number;
  }

  restart(): void {
    this.#numbers = new Int32Array(256);
    this.#size = 0;
  }

  /** In place. Rows without a value hold 0, and stay whatever they become: nobody reads them. */
  translate(values: Int32Array): void {
    const numbers = this.#numbers;
    for (let row = 0; row < values.length; row++) values[row] = numbers[values[row] as number] as number;
  }
}
