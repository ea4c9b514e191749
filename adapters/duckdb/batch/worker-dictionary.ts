import { storable } from "#core/domain/storable-text.ts";

/**
 * Numbers for values that repeat, as one worker gives them. The store learns new values with the next batch and
 * replaces the numbers by its own.
 */
export class WorkerDictionary<Row extends readonly unknown[]> {
  readonly #numbers = new Map<string, number>();
  #fresh: Row[] = [];

  /** `key` stands for the whole row. */
  number(key: string, row: () => Row): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(key, number);
    this.#fresh.push(row().map(storable) as readonly unknown[] as Row);
    return number;
  }

  get size(): number {
    return this.#numbers.size;
  }

  takeFresh(): readonly Row[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  clear(): void {
    this.#numbers.clear();
    this.#fresh = [];
  }
}
