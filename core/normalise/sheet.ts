import type { EventMark, Origin, Principal, Quantity, QuantityChange, QuantityKind } from "../domain/usage-event.ts";
import type { Json } from "./json.ts";

/** What a rule may read of a record. A sub-document is empty where the record has none, or where no rule asked for it. */
export interface Detail {
  readonly request: Json;
  readonly response: Json;
  readonly additional: Json;
  readonly record: Json;
  readonly account: string;
  readonly action: string;
  readonly principal: Principal;
  readonly origin: Origin;
  /** False where the call was refused or failed: only rules that ask for it see such records. */
  readonly succeeded: boolean;
}

export type QuantityExtra = Partial<Pick<Quantity, "purchase" | "resourceIds" | "attributes">>;
export type AttributeValue = string | number | boolean;

const NO_IDS: readonly string[] = Object.freeze([]);
const NO_ATTRIBUTES: Quantity["attributes"] = Object.freeze({});

/** Resources named in one event; a batch of thousands is counted by its quantity. */
const MOST_RESOURCES = 50;
const MOST_COUNTERPARTIES = 50;

/** Collects what the rules of one action find in one record. */
export class Sheet {
  readonly marks: EventMark[] = [];
  readonly quantities: Quantity[] = [];
  readonly counterparties: string[] = [];
  readonly resources: string[] = [];

  mark(mark: EventMark): void {
    if (!this.marks.includes(mark)) this.marks.push(mark);
  }

  /** Nothing is added for an amount of zero. */
  count(
    kind: QuantityKind,
    change: QuantityChange,
    amount: number,
    item: string | null,
    extra: QuantityExtra = {},
  ): void {
    if (amount <= 0) return;
    this.quantities.push({
      kind,
      change,
      amount,
      item,
      purchase: extra.purchase ?? null,
      resourceIds: extra.resourceIds ?? NO_IDS,
      attributes: extra.attributes ?? NO_ATTRIBUTES,
    });
  }

  resource(name: string): void {
    if (this.resources.length < MOST_RESOURCES && !this.resources.includes(name)) this.resources.push(name);
  }

  /** `type/name`, or the name itself where it is an ARN. */
  named(type: string, name: string | null): void {
    if (name !== null) this.resource(name.startsWith("arn:") ? name : `${type}/${name}`);
  }

  counterparty(account: string, own: string): void {
    if (account === own || this.counterparties.includes(account)) return;
    if (this.counterparties.length < MOST_COUNTERPARTIES) this.counterparties.push(account);
  }
}

/** Attributes without the ones that a record does not state. */
export function stated(attributes: Readonly<Record<string, AttributeValue | null>>): Quantity["attributes"] {
  const kept: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== null) kept[name] = value;
  return kept;
}
