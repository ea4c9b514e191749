import type { AccountContext } from "#core/domain/account.ts";
import { storableText } from "#core/domain/storable-text.ts";
import type { EpochMs } from "#core/domain/time.ts";
import {
  type EventMark,
  type Origin,
  type PricedUsageEvent,
  type Principal,
  signalRegion,
} from "#core/domain/usage-event.ts";
import { estimatesOf, type MergedCost, mergeCost, type NanoUsdRange } from "#core/pricing/merged-cost.ts";
import { PART_SEPARATOR } from "#core/signals/event-fields.ts";
import type { FirstSeenValue } from "#core/signals/first-seen.ts";
import { type MoneyFields, moneyFields, rangesFrom } from "./event-money.ts";
import { type EventRemainder, eventRemainder, quantitiesFrom } from "./event-remainder.ts";
import { lengthened, shortened, termOf } from "./long-text.ts";
import { type RestTexts, restValue, searchableRest, searchableRestText } from "./searchable-rest.ts";

/** What is kept of an event besides itself. */
export interface EventDetails {
  /** False for the copy of an action logged in two accounts that signals do not count; settling finds out. */
  readonly counted: boolean;
  /** Of the record's content, whatever it was written like. */
  readonly fingerprint: string;
  /** `firstSeenValues` of the event as it is counted. */
  readonly firsts: readonly FirstSeenValue[];
  /** By position of the quantity: what was made with ids, so that it can be priced when it is freed. */
  readonly prices?: readonly (NanoUsdRange | null)[];
  readonly place?: { readonly file: string; readonly record: number };
  readonly deliveredAt?: EpochMs;
  readonly indexedAt?: EpochMs;
  /** What else of the record is worth searching. */
  readonly rest?: RestTexts;
}

/** `_source` of an event. Fields without a value are left out. */
export interface EventDocument extends MoneyFields {
  readonly event_id: string;
  readonly "@timestamp": EpochMs;
  readonly account: string;
  readonly region: string;
  readonly signal_region: string;
  readonly service: string;
  readonly action: string;
  readonly call: string;
  readonly read_only: boolean;
  readonly category: PricedUsageEvent["category"];
  readonly outcome: PricedUsageEvent["outcome"];
  readonly error_code?: string | undefined;
  readonly principal_type: Principal["type"];
  readonly principal: string;
  readonly principal_name: string;
  readonly principal_arn?: string | undefined;
  readonly session?: string | undefined;
  readonly access_key_id?: string | undefined;
  readonly caller_account?: string | undefined;
  readonly mfa?: boolean | undefined;
  readonly invoked_by?: string | undefined;
  readonly source_ip?: string | undefined;
  readonly network?: string | undefined;
  readonly user_agent?: string | undefined;
  readonly tool: Origin["tool"];
  readonly vpc_endpoint?: string | undefined;
  readonly actor: Origin["actor"];
  readonly resource?: string | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly counterparties?: readonly string[] | undefined;
  readonly marks?: readonly EventMark[] | undefined;
  readonly shared_event_id?: string | undefined;
  readonly request_id?: string | undefined;
  readonly counted: boolean;
  readonly unpriced: boolean;
  readonly firsts?: readonly string[] | undefined;
  readonly item_amounts?: readonly string[] | undefined;
  readonly amounts?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  readonly made_ids?: readonly string[] | undefined;
  readonly freed_ids?: readonly string[] | undefined;
  readonly started_ids?: readonly string[] | undefined;
  readonly account_type: AccountContext["type"];
  readonly account_alias: string;
  readonly ou_path?: string | undefined;
  readonly cost_center?: string | undefined;
  readonly owner?: string | undefined;
  readonly fingerprint: string;
  readonly delivered_at?: EpochMs | undefined;
  readonly indexed_at?: EpochMs | undefined;
  readonly file?: string | undefined;
  readonly record?: number | undefined;
  readonly rest?: Readonly<Record<string, unknown>> | undefined;
  readonly event?: EventRemainder | undefined;
}

/**
 * The document of an event: {@link fromDocument} gives the same event back, its estimates merged
 * (`mergeCost`), but for what no database can keep in a text (`storableText`). Long texts are searched and counted by
 * their {@link termOf}.
 */
export function toDocument(event: PricedUsageEvent, account: AccountContext, details: EventDetails): EventDocument {
  const document = wholeDocument(event, account, details);
  const short = shortened(document);
  return short ? { ...short.fields, event: { ...document.event, long: short.long } } : document;
}

function wholeDocument(event: PricedUsageEvent, account: AccountContext, details: EventDetails): EventDocument {
  const { principal, origin, quantities } = event;
  const resources = texts(event.resources);
  const cost = mergeCost(event.cost);
  return {
    event_id: storableText(event.id),
    "@timestamp": event.time,
    account: storableText(event.account),
    region: storableText(event.region),
    signal_region: storableText(signalRegion(event.service, event.region)),
    service: storableText(event.service),
    action: storableText(event.action),
    call: storableText(`${event.service}:${event.action}`),
    read_only: event.readOnly,
    category: event.category,
    outcome: event.outcome,
    error_code: text(event.errorCode),
    principal_type: principal.type,
    principal: storableText(principal.id),
    principal_name: storableText(principal.name),
    principal_arn: text(principal.arn),
    session: text(principal.session),
    access_key_id: text(principal.accessKeyId),
    caller_account: text(principal.account),
    mfa: principal.mfa ?? undefined,
    invoked_by: text(origin.invokedBy),
    source_ip: text(origin.sourceIp),
    network: text(origin.network),
    user_agent: text(origin.userAgent),
    tool: origin.tool,
    vpc_endpoint: text(origin.vpcEndpointId),
    actor: origin.actor,
    resource: resources?.[0],
    resources,
    counterparties: texts(event.counterparties),
    marks: some(event.marks),
    shared_event_id: text(event.sharedEventId),
    request_id: text(event.requestId),
    counted: details.counted,
    firsts: some(details.firsts.map(firstText)),
    ...(quantities.length === 0 ? {} : quantityFields(event)),
    unpriced: cost.unpriced !== null,
    ...moneyFields(cost),
    account_type: account.type,
    account_alias: storableText(account.alias),
    ou_path: text(account.ouPath),
    cost_center: text(account.costCenter),
    owner: text(account.owner),
    fingerprint: details.fingerprint,
    delivered_at: details.deliveredAt,
    indexed_at: details.indexedAt,
    file: text(details.place?.file ?? null),
    record: details.place?.record,
    rest: restOf(event, cost, details.rest),
    event: eventRemainder(event, cost, details.prices),
  };
}

/** The event that was stored, from `_source`. */
export function fromDocument(stored: EventDocument): PricedUsageEvent {
  const remainder = stored.event ?? {};
  const source = remainder.long ? lengthened(stored, remainder.long) : stored;
  const quantities = quantitiesFrom(remainder);
  return {
    id: source.event_id,
    time: source["@timestamp"],
    account: source.account,
    region: source.region,
    service: source.service,
    action: source.action,
    readOnly: source.read_only,
    category: source.category,
    outcome: source.outcome,
    errorCode: source.error_code ?? null,
    principal: {
      type: source.principal_type,
      id: source.principal,
      name: source.principal_name,
      arn: source.principal_arn ?? null,
      session: source.session ?? null,
      accessKeyId: source.access_key_id ?? null,
      account: source.caller_account ?? null,
      mfa: source.mfa ?? null,
    },
    origin: {
      invokedBy: source.invoked_by ?? null,
      sourceIp: source.source_ip ?? null,
      network: source.network ?? null,
      userAgent: source.user_agent ?? null,
      tool: source.tool,
      vpcEndpointId: source.vpc_endpoint ?? null,
      actor: source.actor,
    },
    resources: source.resources ?? [],
    quantities,
    marks: source.marks ?? [],
    counterparties: source.counterparties ?? [],
    sharedEventId: source.shared_event_id ?? null,
    requestId: source.request_id ?? null,
    cost: estimatesOf(costFrom(source), quantities),
  };
}

/** What an event adds, removes and spends, as it stands in its document. */
export const costFrom = (source: EventDocument): MergedCost => ({
  ...rangesFrom(source),
  basis: source.event?.basis ?? [],
  unpriced: source.unpriced ? (source.event?.unpriced ?? []) : null,
});

/** The `firsts` of a document, as fields to change in it. */
export function firstsFields(firsts: readonly FirstSeenValue[]): Pick<EventDocument, "firsts" | "event"> {
  const texts = firsts.map(firstText);
  const short = shortened({ firsts: texts });
  return short ? { ...short.fields, event: { long: short.long } } : { firsts: texts };
}

/**
 * As JSON, without the opening bracket, the members of the document that only some events have (what they change, cost,
 * and have beside), and `unpriced`, which all have. `null` where one of them has a long text.
 */
export function particularText(event: PricedUsageEvent, details: EventDetails): string | null {
  const { rest } = details;
  if (event.quantities.length === 0 && event.cost.length === 0) {
    const searchable = rest === undefined ? undefined : searchableRestText(rest);
    return searchable === undefined ? '"unpriced":false}' : `"unpriced":false,"rest":${searchable}}`;
  }
  const cost = mergeCost(event.cost);
  const fields = {
    unpriced: cost.unpriced !== null,
    ...(event.quantities.length === 0 ? {} : quantityFields(event)),
    ...moneyFields(cost),
    rest: restOf(event, cost, rest),
    event: eventRemainder(event, cost, details.prices),
  };
  return shortened(fields) === null ? JSON.stringify(fields).slice(1) : null;
}

export const firstText = ({ dimension, value }: FirstSeenValue): string =>
  `${dimension}${PART_SEPARATOR}${storableText(value)}`;

/** The id of a resource as made, freed and started ids are stored. */
const kindAndId = (kind: string, id: string): string => termOf(`${kind}${PART_SEPARATOR}${storableText(id)}`);

const text = (value: string | null): string | undefined => (value === null ? undefined : storableText(value));
const some = <T>(values: readonly T[]): readonly T[] | undefined => (values.length === 0 ? undefined : values);
const texts = (values: readonly string[]): readonly string[] | undefined => some(values.map(storableText));

type QuantityFields = Pick<EventDocument, "amounts" | "item_amounts" | "made_ids" | "freed_ids" | "started_ids">;

function quantityFields({ quantities, outcome }: PricedUsageEvent): QuantityFields {
  const amounts: Record<string, Record<string, number>> = {};
  const items = new Map<string, number>();
  const ids: Record<"made" | "freed" | "started", string[]> = { made: [], freed: [], started: [] };
  for (const { kind, change, amount, item, resourceIds } of quantities) {
    const ofKind = amounts[kind] ?? {};
    ofKind[change] = (ofKind[change] ?? 0) + amount;
    amounts[kind] = ofKind;
    const name = item === null ? kind : `${kind} ${storableText(item)}`;
    items.set(name, (items.get(name) ?? 0) + amount);
    if (outcome !== "success" || change === "used") continue;
    const named = resourceIds.map((id) => kindAndId(kind, id));
    ids[change === "added" ? "made" : "freed"].push(...named);
    if (change === "added" && kind === "instances" && item === null) ids.started.push(...named);
  }
  return {
    amounts,
    item_amounts: [...items].map(([name, amount]) => `${name}${PART_SEPARATOR}${amount}`),
    made_ids: some(ids.made),
    freed_ids: some(ids.freed),
    started_ids: some(ids.started),
  };
}

/** What a person may search for and no other field has. */
function restOf(
  { quantities }: PricedUsageEvent,
  cost: MergedCost,
  given: EventDetails["rest"],
): EventDocument["rest"] {
  const attributes = quantities.map((quantity) => quantity.attributes).filter((of) => Object.keys(of).length > 0);
  const purchases = [...new Set(quantities.flatMap(({ purchase }) => purchase ?? []))];
  if (given === undefined && attributes.length + purchases.length === 0 && cost.unpriced === null) return undefined;
  return searchableRest({ attributes, purchases, unpriced: cost.unpriced, ...(given && restValue(given)) });
}
