import type { Asked } from "./deployment.ts";
import type { Fate } from "./wire.ts";

/** The ledger of what was published: how often it could not be recorded that something was told. */
export class Told {
  /** Messages that reached the topic. */
  published = 0;
  /** Of these, those that whoever told them does not know of. */
  unrecorded = 0;
  #waiting = 0;

  /** Called with every request and what becomes of it. */
  note({ by, name }: Asked, fate: Fate): void {
    if (by !== "QBusinessConnector") return;
    const isKilled = fate.kind === "kill";
    const takesEffect = fate.kind === "pass" || fate.kind === "lose-answer" || (isKilled && fate.when === "after");
    if (name === "SNS Publish" && takesEffect) {
      this.published += 1;
      if (fate.kind === "lose-answer") this.unrecorded += 1;
      else this.#waiting += 1;
    }
    if (name === "DynamoDB PutItem incidents" && takesEffect) this.#waiting = 0;
    if (!isKilled) return;
    this.unrecorded += this.#waiting;
    this.#waiting = 0;
  }
}
