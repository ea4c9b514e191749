import type { AccountContext } from "#core/domain/account.ts";
import { storableText } from "#core/domain/storable-text.ts";
import { type PricedUsageEvent, type Principal, signalRegion } from "#core/domain/usage-event.ts";
import { PART_SEPARATOR } from "#core/signals/event-fields.ts";
import { type EventDetails, firstText, particularText, toDocument } from "./event-document.ts";
import { isLong } from "./long-text.ts";
import { isPlain } from "./plain-text.ts";

/** Texts that are remembered as JSON, and how long they may be. */
const REMEMBERED = 20_000;
const REMEMBERED_CHARACTERS = 300;

const known = new Map<string, string>();
/** By service and action. */
const calls = new Map<string, Map<string, string>>();
let callsKnown = 0;
const principals = new WeakMap<Principal, string>();
const accounts = new WeakMap<AccountContext, string>();

/** Set where a text is so long that the document has a term in its place. */
let long = false;

/**
 * The JSON of {@link toDocument}, with its members in another order. Written for every event there is, so that nothing is
 * built for it, and what repeats from one event to the next (callers, accounts, names) is written once.
 */
export function documentText(event: PricedUsageEvent, account: AccountContext, details: EventDetails): string {
  long = false;
  const { origin, resources, counterparties, marks } = event;
  const signals = signalRegion(event.service, event.region);
  let text =
    `{"event_id":${fresh(event.id)},"@timestamp":${event.time},"account":${again(event.account)}` +
    `,"region":${again(event.region)},"signal_region":${again(signals)}${callText(event.service, event.action)}` +
    `,"read_only":${event.readOnly},"category":"${event.category}","outcome":"${event.outcome}","tool":"${origin.tool}","actor":"${origin.actor}"` +
    `,"counted":${details.counted},"fingerprint":${fresh(details.fingerprint)}` +
    fragment(principals, event.principal, principalText) +
    fragment(accounts, account, accountText);
  if (event.errorCode !== null) text += `,"error_code":${again(event.errorCode)}`;
  if (origin.invokedBy !== null) text += `,"invoked_by":${again(origin.invokedBy)}`;
  if (origin.sourceIp !== null) text += `,"source_ip":${again(origin.sourceIp)}`;
  if (origin.network !== null) text += `,"network":${again(origin.network)}`;
  if (origin.userAgent !== null) text += `,"user_agent":${again(origin.userAgent)}`;
  if (origin.vpcEndpointId !== null) text += `,"vpc_endpoint":${again(origin.vpcEndpointId)}`;
  if (event.sharedEventId !== null) text += `,"shared_event_id":${fresh(event.sharedEventId)}`;
  if (event.requestId !== null) text += `,"request_id":${fresh(event.requestId)}`;
  if (resources[0] !== undefined) text += `,"resource":${again(resources[0])},"resources":${list(resources)}`;
  if (counterparties.length > 0) text += `,"counterparties":${list(counterparties)}`;
  if (marks.length > 0) text += `,"marks":${list(marks)}`;
  if (details.firsts.length > 0) text += `,"firsts":${firstsText(details.firsts)}`;
  if (details.deliveredAt !== undefined) text += `,"delivered_at":${details.deliveredAt}`;
  if (details.indexedAt !== undefined) text += `,"indexed_at":${details.indexedAt}`;
  if (details.place !== undefined) text += `,"file":${again(details.place.file)},"record":${details.place.record}`;
  const particular = particularText(event, details);
  if (long || particular === null) return JSON.stringify(toDocument(event, account, details));
  return `${text},${particular}`;
}

/** A text that hardly any other event has. */
function fresh(text: string): string {
  if (isLong(text)) long = true;
  return isPlain(text) ? `"${text}"` : JSON.stringify(storableText(text));
}

/** A text that other events have too. */
function again(text: string): string {
  const found = known.get(text);
  if (found !== undefined) return found;
  const json = fresh(text);
  if (text.length > REMEMBERED_CHARACTERS) return json;
  // Chosen by callers of AWS, who must not be able to fill the memory.
  if (known.size >= REMEMBERED) known.clear();
  known.set(text, json);
  return json;
}

function callText(service: string, action: string): string {
  let ofService = calls.get(service);
  if (ofService === undefined) {
    ofService = new Map();
    calls.set(service, ofService);
  }
  const found = ofService.get(action);
  if (found !== undefined) return found;
  const text = `,"service":${fresh(service)},"action":${fresh(action)},"call":${fresh(`${service}:${action}`)}`;
  if (text.length > REMEMBERED_CHARACTERS) return text;
  // Actions of services are AWS's, but somebody may hand us records that are not.
  if (++callsKnown > REMEMBERED) {
    calls.clear();
    callsKnown = 0;
  } else ofService.set(action, text);
  return text;
}

function list(texts: readonly string[]): string {
  let json = "[";
  for (const text of texts) json += json === "[" ? again(text) : `,${again(text)}`;
  return `${json}]`;
}

function firstsText(firsts: EventDetails["firsts"]): string {
  let json = "[";
  for (const first of firsts) {
    if (isLong(`${first.dimension}${PART_SEPARATOR}${first.value}`)) long = true;
    // Its separator is none of the text's own, and is kept.
    const text = isPlain(first.value) ? `"${first.dimension}\\u0000${first.value}"` : JSON.stringify(firstText(first));
    json += json === "[" ? text : `,${text}`;
  }
  return `${json}]`;
}

/** One that has a long text is written again for every event: its text is of no use. */
function fragment<Of extends object>(of: WeakMap<Of, string>, value: Of, write: (value: Of) => string): string {
  const found = of.get(value);
  if (found !== undefined) return found;
  const before = long;
  long = false;
  const text = write(value);
  if (!long) of.set(value, text);
  long ||= before;
  return text;
}

function principalText({ type, id, name, arn, session, accessKeyId, account, mfa }: Principal): string {
  let text = `,"principal_type":"${type}","principal":${fresh(id)},"principal_name":${fresh(name)}`;
  if (arn !== null) text += `,"principal_arn":${fresh(arn)}`;
  if (session !== null) text += `,"session":${fresh(session)}`;
  if (accessKeyId !== null) text += `,"access_key_id":${fresh(accessKeyId)}`;
  if (account !== null) text += `,"caller_account":${fresh(account)}`;
  if (mfa !== null) text += `,"mfa":${mfa}`;
  return text;
}

function accountText({ type, alias, ouPath, costCenter, owner }: AccountContext): string {
  let text = `,"account_type":"${type}","account_alias":${fresh(alias)}`;
  if (ouPath !== null) text += `,"ou_path":${fresh(ouPath)}`;
  if (costCenter !== null) text += `,"cost_center":${fresh(costCenter)}`;
  if (owner !== null) text += `,"owner":${fresh(owner)}`;
  return text;
}
