import { QUANTITY_CHANGES, QUANTITY_KINDS } from "#core/domain/usage-event.ts";
import { doubledNanosField, EVENT_FIELDS, usdFields } from "#core/signals/event-fields.ts";
import {
  boolean,
  countedKeyword,
  date,
  type FieldMapping,
  ip,
  keptInteger,
  keptText,
  keyword,
  opaque,
  searchedKeyword,
  shownDate,
  summedDouble,
  summedLong,
} from "./field-types.ts";

const F = EVENT_FIELDS;

/** Every quantity of every kind: few of them exist in one event, and what does not exist costs nothing. */
const amounts: FieldMapping = {
  properties: Object.fromEntries(
    QUANTITY_KINDS.map((kind) => [
      kind,
      { properties: Object.fromEntries(QUANTITY_CHANGES.map((change) => [change, summedDouble])) },
    ]),
  ),
};

const money: Readonly<Record<string, FieldMapping>> = Object.fromEntries(
  (["added", "removed", "once"] as const).flatMap((direction) => {
    const { low, high } = usdFields(direction);
    const names = [low.usd, low.nanos, high.usd, high.nanos];
    return [...names, ...(direction === "once" ? [] : [doubledNanosField(direction)])].map((name) => [
      name,
      summedLong,
    ]);
  }),
);

/** `usage-events-*`. What an event comes back from stands in `_source`; `event` holds only what no other field tells. */
export const eventProperties: Readonly<Record<string, FieldMapping>> = {
  [F.id]: countedKeyword,
  [F.time]: date,
  [F.account]: keyword,
  [F.region]: keyword,
  [F.signalRegion]: keyword,
  [F.service]: keyword,
  [F.action]: keyword,
  [F.call]: keyword,
  [F.readOnly]: boolean,
  [F.category]: keyword,
  [F.outcome]: keyword,
  [F.errorCode]: keyword,
  [F.principalType]: keyword,
  [F.principal]: keyword,
  [F.principalName]: keyword,
  [F.principalArn]: searchedKeyword,
  [F.session]: keyword,
  [F.accessKeyId]: keyword,
  [F.callerAccount]: keyword,
  [F.mfa]: boolean,
  [F.invokedBy]: keyword,
  // An address has several spellings, and is counted as it was logged.
  [F.sourceIp]: { ...ip, fields: { text: countedKeyword } },
  [F.network]: keyword,
  [F.userAgent]: keyword,
  [F.tool]: keyword,
  [F.vpcEndpoint]: keyword,
  [F.actor]: keyword,
  [F.resource]: countedKeyword,
  [F.resources]: keyword,
  [F.counterparties]: keyword,
  [F.marks]: keyword,
  [F.sharedEventId]: keyword,
  [F.requestId]: searchedKeyword,
  [F.counted]: boolean,
  [F.unpriced]: boolean,
  [F.firsts]: keyword,
  [F.itemAmounts]: countedKeyword,
  [F.accountType]: keyword,
  [F.ouPath]: keyword,
  account_alias: keyword,
  cost_center: keyword,
  owner: keyword,
  // `kind\0id` of what was made, was freed, and was started again: the last two are priced from the first.
  made_ids: searchedKeyword,
  freed_ids: searchedKeyword,
  started_ids: searchedKeyword,
  amounts,
  ...money,
  fingerprint: keptText,
  delivered_at: shownDate,
  // What came since a time is asked for all the time.
  indexed_at: date,
  file: searchedKeyword,
  record: keptInteger,
  rest: { type: "flat_object" },
  event: opaque,
};
