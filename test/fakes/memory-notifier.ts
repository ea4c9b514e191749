import { TrailwatchError } from "#core/domain/errors.ts";
import type { Notice, Notifier } from "#core/ports/notifier.ts";
import { Faults } from "./faults.ts";

/** A channel that keeps what it was told. Passes the same contract as the real ones. */
export class MemoryNotifier implements Notifier {
  readonly name: string;
  readonly published: Notice[] = [];
  /** Publications that are refused before the next one is taken. */
  refusals = 0;
  readonly #faults: Faults;

  constructor(name = "memory", faults = new Faults()) {
    this.name = name;
    this.#faults = faults;
  }

  async publish(notice: Notice): Promise<string> {
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new TrailwatchError("NOTIFICATION_FAILED", `${this.name} does not take messages now`, "Try again.");
    }
    return await this.#faults.write(`message through ${this.name}`, () => {
      this.published.push(structuredClone(notice));
      return `${this.name}-${this.published.length}`;
    });
  }
}
