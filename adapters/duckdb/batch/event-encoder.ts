import type { CostEstimate } from "#core/domain/money.ts";
import {
  EVENT_CATEGORIES,
  EVENT_MARKS,
  type EventCategory,
  type EventMark,
  type Origin,
  OUTCOMES,
  type Outcome,
  type Principal,
  QUANTITY_CHANGES,
  QUANTITY_KINDS,
  type Quantity,
  type QuantityChange,
  type QuantityKind,
  signalRegion,
  type UsageEvent,
} from "#core/domain/usage-event.ts";
import {
  ByteBuilder,
  type ColumnBuilder,
  DoubleBuilder,
  IntBuilder,
  TextBuilder,
  TextsBuilder,
  UuidBuilder,
  WordBuilder,
} from "./column-builders.ts";
import { type Column, DICTIONARIES, type DictionaryName, EVENT_COLUMNS, QUANTITY_COLUMNS } from "./columns.ts";
import { BatchPacker, type ColumnBatch } from "./packed-batch.ts";
import { hashToUuid, parseUuid } from "./uuid.ts";
import { WorkerDictionary } from "./worker-dictionary.ts";

/** What one worker hands over at a time. */
export interface EventBatch {
  readonly events: ColumnBatch;
  readonly quantities: ColumnBatch;
  /** New values, numbered on from those of earlier batches of the same worker. */
  readonly dictionaries: { readonly [Name in DictionaryName]: readonly (readonly unknown[])[] };
  /** The worker has forgotten its dictionaries before this batch; numbers start again at 0. */
  readonly restarted: boolean;
}

/** Where an event was read, and a fingerprint of its content as two 32-bit halves. */
export interface EventPlace {
  readonly record: number;
  /** The event's id and its request's as words, where the reader knows that they are UUIDs. */
  readonly id: Int32Array | null;
  readonly requestId: Int32Array | null;
  readonly fingerprintLow: number;
  readonly fingerprintHigh: number;
}

const EVENT_ROWS = 8192;
const QUANTITY_ROWS = 4096;
/** Different callers, origins ... that a worker remembers; then it starts again, so that its memory stays flat. */
const DICTIONARY_ENTRIES = 5_000;

const positions = <T extends string>(names: readonly T[]): Readonly<Record<T, number>> =>
  Object.fromEntries(names.map((name, position) => [name, position])) as Record<T, number>;
const CATEGORY: Readonly<Record<EventCategory, number>> = positions(EVENT_CATEGORIES);
const OUTCOME: Readonly<Record<Outcome, number>> = positions(OUTCOMES);
const KIND: Readonly<Record<QuantityKind, number>> = positions(QUANTITY_KINDS);
const CHANGE: Readonly<Record<QuantityChange, number>> = positions(QUANTITY_CHANGES);
const MARK_BIT = Object.fromEntries(EVENT_MARKS.map((mark, bit) => [mark, (2 ** bit) | 0])) as Record<
  EventMark,
  number
>;

/** `decimal(18, 9)` ends here; a larger estimate is not a price. */
const MOST_NANO_USD = 999_999_999_999_999_999n;
const clamp = (nanos: bigint): bigint =>
  nanos > MOST_NANO_USD ? MOST_NANO_USD : nanos < -MOST_NANO_USD ? -MOST_NANO_USD : nanos;

interface Numbered {
  readonly value: string | null;
  readonly number: number;
}

const NONE: Numbered = { value: null, number: -1 };

/** Turns events into columns and numbers, on the worker that read them. */
export class EventEncoder {
  readonly #events = builders(EVENT_COLUMNS, EVENT_ROWS);
  readonly #quantities = builders(QUANTITY_COLUMNS, QUANTITY_ROWS);
  readonly #packer = new BatchPacker();
  readonly #dictionaries = Object.fromEntries(DICTIONARIES.map((name) => [name, new WorkerDictionary()])) as {
    [Name in DictionaryName]: WorkerDictionary<readonly unknown[]>;
  };
  #principals = new Map<Principal, number>();
  #actions = new Map<string, Map<string, number>>();
  #origins = new Map<string | null, Map<string | null, Map<string | null, Map<string | null, Map<string, number>>>>>();
  #bases = new Map<CostEstimate, number>();
  /** What many events in a row have. */
  #account: Numbered = NONE;
  #region: Numbered = NONE;
  /** By the number of the principal: the origin that it had the last time. */
  #lastOrigins: { readonly origin: Origin; readonly number: number }[] = [];
  readonly #words = new Int32Array(4);
  #rows = 0;
  #quantityRows = 0;
  #restarted = true;

  /** Whether {@link take} must be called before the next event. */
  get full(): boolean {
    return this.#rows === EVENT_ROWS || this.#quantityRows > QUANTITY_ROWS - MOST_QUANTITIES;
  }

  get empty(): boolean {
    return this.#rows === 0;
  }

  /** `priceOf` is asked for single quantities whose resources may be freed later. */
  add(
    event: UsageEvent,
    cost: readonly CostEstimate[],
    place: EventPlace,
    priceOf: (quantity: Quantity) => CostEstimate | null,
  ): void {
    const row = this.#rows++;
    const to = this.#events;
    // The high half is the file's number, which only the store knows.
    to.key.halves(row, place.record, 0);
    if (place.id === null && !parseUuid(event.id, this.#words)) {
      hashToUuid(event.id, this.#words);
      to.id_text.set(row, event.id);
    }
    to.id.set(row, place.id ?? this.#words);
    to.time.set(row, event.time * 1000);
    if (event.account !== this.#account.value) {
      this.#account = { value: event.account, number: this.#single("accounts", event.account) };
    }
    to.account_id.set(row, this.#account.number);
    if (event.region !== this.#region.value) {
      this.#region = { value: event.region, number: this.#single("regions", event.region) };
    }
    to.region_id.set(row, this.#region.number);
    to.action_id.set(row, this.#action(event.service, event.action));
    to.read_only.set(row, event.readOnly ? 1 : 0);
    to.category.set(row, CATEGORY[event.category]);
    to.outcome.set(row, OUTCOME[event.outcome]);
    if (event.errorCode !== null) to.error_id.set(row, this.#single("error_codes", event.errorCode));
    const principal = this.#principal(event.principal);
    to.principal_id.set(row, principal);
    to.origin_id.set(row, this.#originOf(principal, event.origin));
    const { resources } = event;
    if (resources.length > 0) {
      to.resource.set(row, resources[0] as string);
      if (resources.length > 1) to.more_resources.set(row, resources.slice(1));
    }
    if (event.counterparties.length > 0) to.counterparties.set(row, event.counterparties);
    let marks = 0;
    for (const mark of event.marks) marks |= MARK_BIT[mark];
    to.marks.set(row, marks);
    if (event.requestId !== null) {
      if (place.requestId !== null) to.request_uuid.set(row, place.requestId);
      else if (parseUuid(event.requestId, this.#words)) to.request_uuid.set(row, this.#words);
      else to.request_text.set(row, event.requestId);
    }
    if (event.sharedEventId !== null) to.shared_id.set(row, event.sharedEventId);
    if (event.quantities.length > 0) this.#addQuantities(row, event.quantities, place, priceOf);
    to.unpriced.set(row, 0);
    if (cost.length > 0) this.#addCost(row, cost);
    to.counted.set(row, 1);
    to.fingerprint.halves(row, place.fingerprintLow, place.fingerprintHigh);
  }

  /** Everything added since the last call, and what can be transferred of it. */
  take(): { readonly batch: EventBatch; readonly transfer: ArrayBuffer[] } {
    const events = this.#packer.pack(this.#rows, inOrder(EVENT_COLUMNS, this.#events));
    const quantities = this.#packer.pack(this.#quantityRows, inOrder(QUANTITY_COLUMNS, this.#quantities));
    const dictionaries = Object.fromEntries(
      DICTIONARIES.map((name) => [name, this.#dictionaries[name].takeFresh()]),
    ) as EventBatch["dictionaries"];
    const batch = { events, quantities, dictionaries, restarted: this.#restarted };
    this.#rows = 0;
    this.#quantityRows = 0;
    this.#restarted = false;
    if (DICTIONARIES.some((name) => this.#dictionaries[name].size > DICTIONARY_ENTRIES)) this.#restart();
    return { batch, transfer: [events.memory, quantities.memory] };
  }

  #restart(): void {
    for (const name of DICTIONARIES) this.#dictionaries[name].clear();
    this.#principals = new Map();
    this.#actions = new Map();
    this.#origins = new Map();
    this.#bases = new Map();
    this.#account = NONE;
    this.#region = NONE;
    this.#lastOrigins = [];
    this.#restarted = true;
  }

  #single(dictionary: DictionaryName, value: string): number {
    return this.#dictionaries[dictionary].number(value, () => [value]);
  }

  #action(service: string, action: string): number {
    const ofService = child(this.#actions, service);
    const known = ofService.get(action);
    if (known !== undefined) return known;
    const row = [service, action, signalRegion(service, "") === "global"];
    const number = this.#dictionaries.actions.number(JSON.stringify(row), () => row);
    ofService.set(action, number);
    return number;
  }

  #principal(principal: Principal): number {
    const known = this.#principals.get(principal);
    if (known !== undefined) return known;
    const { type, id, name, arn, session, accessKeyId, account, mfa } = principal;
    const row = [type, id, name, arn, session, accessKeyId, account, mfa];
    const number = this.#dictionaries.principals.number(JSON.stringify(row), () => row);
    if (this.#principals.size > DICTIONARY_ENTRIES) this.#principals.clear();
    this.#principals.set(principal, number);
    return number;
  }

  #originOf(principal: number, origin: Origin): number {
    const last = this.#lastOrigins[principal];
    if (last?.origin === origin) return last.number;
    const number = this.#origin(origin);
    this.#lastOrigins[principal] = { origin, number };
    return number;
  }

  #origin(origin: Origin): number {
    const { invokedBy, sourceIp, network, userAgent, tool, vpcEndpointId, actor } = origin;
    const byAgent = child(this.#origins, userAgent);
    const byAddress = child(byAgent, sourceIp ?? network);
    const byEndpoint = child(byAddress, invokedBy);
    const byActor = child(byEndpoint, vpcEndpointId);
    const known = byActor.get(actor);
    if (known !== undefined) return known;
    const row = [invokedBy, sourceIp, network, userAgent, tool, vpcEndpointId, actor];
    const number = this.#dictionaries.origins.number(JSON.stringify(row), () => row);
    byActor.set(actor, number);
    return number;
  }

  /** A single quantity without ids, attributes or price of its own takes no row of its own. */
  #addQuantities(
    row: number,
    quantities: readonly Quantity[],
    place: EventPlace,
    priceOf: (quantity: Quantity) => CostEstimate | null,
  ): void {
    for (let position = 0; position < quantities.length && position < MOST_QUANTITIES; position++) {
      const quantity = quantities[position] as Quantity;
      const { kind, change, amount, item, purchase, resourceIds } = quantity;
      const attributes = plain(quantity) ? null : JSON.stringify(quantity.attributes);
      if (position === 0 && purchase === null && resourceIds.length === 0 && attributes === null) {
        this.#events.quantity_kind.set(row, KIND[kind]);
        this.#events.quantity_change.set(row, CHANGE[change]);
        this.#events.quantity_amount.set(row, amount);
        if (item !== null) this.#events.quantity_item_id.set(row, this.#single("items", item));
        continue;
      }
      const to = this.#quantities;
      const at = this.#quantityRows++;
      to.key.halves(at, place.record, 0);
      to.position.set(at, position);
      to.kind.set(at, KIND[kind]);
      to.change.set(at, CHANGE[change]);
      to.amount.set(at, amount);
      if (item !== null) to.item_id.set(at, this.#single("items", item));
      if (purchase !== null) to.purchase.set(at, purchase === "spot" ? 1 : 0);
      if (resourceIds.length > 0) to.resource_ids.set(at, resourceIds);
      if (attributes !== null) to.attributes.set(at, attributes);
      if (change !== "added" || resourceIds.length === 0) continue;
      const price = priceOf(quantity);
      if (price?.kind !== "rate") continue;
      to.usd_hour_low.big(at, clamp(price.lowPerHour));
      to.usd_hour_high.big(at, clamp(price.highPerHour));
    }
  }

  #addCost(row: number, cost: readonly CostEstimate[]): void {
    const to = this.#events;
    const sums = { added: [0n, 0n], removed: [0n, 0n], once: [0n, 0n] } as Record<string, [bigint, bigint]>;
    const seen = { added: false, removed: false, once: false } as Record<string, boolean>;
    for (const estimate of cost) {
      if (estimate.kind === "unpriced") {
        to.unpriced.set(row, 1);
        continue;
      }
      const what = estimate.kind === "rate" ? estimate.direction : "once";
      const sum = sums[what] as [bigint, bigint];
      sum[0] += estimate.kind === "rate" ? estimate.lowPerHour : estimate.low;
      sum[1] += estimate.kind === "rate" ? estimate.highPerHour : estimate.high;
      seen[what] = true;
    }
    const write = (what: string, low: WordBuilder, high: WordBuilder): void => {
      if (!seen[what]) return;
      const [from, until] = sums[what] as [bigint, bigint];
      low.big(row, clamp(from));
      high.big(row, clamp(until));
    };
    write("added", to.added_usd_hour_low, to.added_usd_hour_high);
    write("removed", to.removed_usd_hour_low, to.removed_usd_hour_high);
    write("once", to.once_usd_low, to.once_usd_high);
    to.basis_id.set(row, this.#basis(cost));
  }

  #basis(cost: readonly CostEstimate[]): number {
    // The price book answers a repeated question with the same object.
    const only = cost.length === 1 ? (cost[0] as CostEstimate) : null;
    const known = only === null ? undefined : this.#bases.get(only);
    if (known !== undefined) return known;
    const basis = [...new Set(cost.flatMap((estimate) => (estimate.kind === "unpriced" ? [] : estimate.basis)))];
    const unpriced = [...new Set(cost.flatMap((estimate) => (estimate.kind === "unpriced" ? [estimate.reason] : [])))];
    const row = [basis, unpriced];
    const number = this.#dictionaries.cost_bases.number(JSON.stringify(row), () => row);
    if (this.#bases.size > DICTIONARY_ENTRIES) this.#bases.clear();
    if (only !== null) this.#bases.set(only, number);
    return number;
  }
}

/** Quantities kept of one event: a fleet names a few types, never hundreds. */
const MOST_QUANTITIES = 100;

function plain(quantity: Quantity): boolean {
  for (const _name in quantity.attributes) return false;
  return true;
}

function child<Key, InnerKey, Value>(of: Map<Key, Map<InnerKey, Value>>, key: Key): Map<InnerKey, Value> {
  const known = of.get(key);
  if (known !== undefined) return known;
  const made = new Map<InnerKey, Value>();
  of.set(key, made);
  return made;
}

interface BuilderOf {
  uuid: UuidBuilder;
  word: WordBuilder;
  int: IntBuilder;
  byte: ByteBuilder;
  double: DoubleBuilder;
  text: TextBuilder;
  texts: TextsBuilder;
}

type Builders<Columns extends readonly Column[]> = {
  [C in Columns[number] as C["name"]]: BuilderOf[C["kind"]];
};

const BUILDERS = {
  uuid: UuidBuilder,
  word: WordBuilder,
  int: IntBuilder,
  byte: ByteBuilder,
  double: DoubleBuilder,
  text: TextBuilder,
  texts: TextsBuilder,
} as const;

function builders<Columns extends readonly Column[]>(columns: Columns, capacity: number): Builders<Columns> {
  return Object.fromEntries(
    columns.map((column) => [column.name, new BUILDERS[column.kind](column, capacity)]),
  ) as unknown as Builders<Columns>;
}

function inOrder(columns: readonly Column[], builders: object): readonly ColumnBuilder[] {
  const byName = builders as Readonly<Record<string, ColumnBuilder>>;
  return columns.map(({ name }) => byName[name] as ColumnBuilder);
}
