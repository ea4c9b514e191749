/** The next item of a stream without taking it: for going through several sorted streams side by side. */
export class Peekable<T> {
  readonly #iterator: AsyncIterator<T>;
  #next: IteratorResult<T> | null = null;

  constructor(items: AsyncIterable<T>) {
    this.#iterator = items[Symbol.asyncIterator]();
  }

  /** `undefined` at the end. */
  async peek(): Promise<T | undefined> {
    this.#next ??= await this.#iterator.next();
    return this.#next.done ? undefined : this.#next.value;
  }

  async take(): Promise<T | undefined> {
    const item = await this.peek();
    if (item !== undefined) this.#next = null;
    return item;
  }

  /** Lets go of what stands behind the stream, wherever it is. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
