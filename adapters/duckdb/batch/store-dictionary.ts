import type { DictionaryName } from "./columns.ts";

/** Different values that are remembered; beyond them a value may be numbered a second time, which readers allow for. */
const REMEMBERED = 300_000;

type Row = readonly unknown[];

/** The store's own numbers for the values of one dictionary, in the order in which they first came. */
export class StoreDictionary {
  readonly name: DictionaryName;
  readonly #numbers = new Map<string, number>();
  #next: number;
  #fresh: { readonly number: number; readonly row: Row }[] = [];

  /** `rows` are what the store holds already, by number; `next` is the first number that is free. */
  constructor(name: DictionaryName, rows: Iterable<readonly [number, Row]>, next: number) {
    this.name = name;
    for (const [number, row] of rows) this.#numbers.set(JSON.stringify(row), number);
    this.#next = next;
  }

  number(row: Row): number {
    const key = JSON.stringify(row);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#numbers.size >= REMEMBERED) this.#numbers.clear();
    const number = this.#next++;
    this.#numbers.set(key, number);
    this.#fresh.push({ number, row });
    return number;
  }

  takeFresh(): readonly { readonly number: number; readonly row: Row }[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
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
