import type { Asked } from "./deployment.ts";
import { type Fate, PASS } from "./wire.ts";

/** Ends every function at each of its steps that leave something behind, once before and once after it takes effect. */
export class Killings {
  /** `UsageRollup: DynamoDB PutItem findings`, in the order in which they were first seen. */
  readonly steps = new Set<string>();
  readonly #done = new Set<string>();
  /** Of functions that are given so many attempts only: how often they may be ended in each. */
  readonly #limits: Readonly<Record<string, number>>;
  readonly #inARow = new Map<string, number>();

  constructor(limits: Readonly<Record<string, number>>) {
    this.#limits = limits;
  }

  /** Ended before and after. */
  has(step: string): boolean {
    return this.#done.has(`${step} before`) && this.#done.has(`${step} after`);
  }

  get count(): number {
    return this.#done.size;
  }

  /** The next event of the function. */
  begin(name: string): void {
    this.#inARow.set(name, 0);
  }

  fateOf({ by, name, writes }: Asked): Fate {
    if (!writes) return PASS;
    const step = `${by}: ${name}`;
    this.steps.add(step);
    const inARow = this.#inARow.get(by) ?? 0;
    const when = (["before", "after"] as const).find((one) => !this.#done.has(`${step} ${one}`));
    if (when === undefined || inARow >= (this.#limits[by] ?? Number.POSITIVE_INFINITY)) return PASS;
    this.#inARow.set(by, inARow + 1);
    this.#done.add(`${step} ${when}`);
    return { kind: "kill", when };
  }
}
