import { ACCOUNT_TYPES, type AccountContext } from "../domain/account.ts";
import type { Analysis } from "../domain/analysis.ts";
import type { Finding, FindingFacets } from "../domain/finding.ts";
import type { Incident, IncidentDraft } from "../domain/incident.ts";
import { EVENT_MARKS, OUTCOMES } from "../domain/usage-event.ts";
import { isAwsHost, isServiceLinkedRole } from "../incidents/actors.ts";
import { principalOf } from "./principal.ts";
import { Replacer } from "./replacer.ts";

/** What a value is, which its stand-in's name says. */
type Kind =
  | "account"
  | "principal"
  | "session"
  | "key"
  | "address"
  | "resource"
  | "owner"
  | "cost-center"
  | "unit"
  | "agent"
  | "tag"
  | "name";

/**
 * Makes what is said fit to forward outside: account ids and aliases, principals, sessions, keys, addresses, ARNs and
 * resource names become `account-1`, `principal-2`, `10.x.0.3` ..., the same value the same stand-in everywhere: in
 * fields, sentences, links, commands and queries. Regions, services, actions, instance types, times and money stay, and
 * so do event ids, which only the owner of the logs can resolve.
 */
export function redact(incidents: readonly Incident[]): readonly Incident[] {
  const redactor = new Redactor();
  for (const incident of incidents) redactor.learn(incident);
  return redactor.apply(incidents);
}

/** The same for a whole analysis, its accounts and roll-ups too. */
export function redactAnalysis(analysis: Analysis): Analysis {
  const redactor = new Redactor();
  for (const { context } of analysis.accounts) redactor.learnAccount(context);
  for (const incident of analysis.incidents) redactor.learn(incident);
  for (const { draft } of analysis.asDelivered?.incidents ?? []) redactor.learn(draft);
  return redactor.apply(analysis);
}

/** For several things that go out together (incidents and the accounts of a report): learn all, then apply to each. */
export class Redactor {
  readonly #standIns = new Map<string, string>();
  readonly #numbers = new Map<Kind, number>();
  #replacer: Replacer | null = null;

  learn(incident: IncidentDraft & Partial<Pick<Incident, "evidence">>): void {
    for (const account of incident.accounts) this.learnAccount(account);
    for (const { value } of incident.principals) this.#principal(value);
    for (const finding of incident.findings) this.#finding(finding);
    for (const fact of incident.evidence ?? []) for (const value of fact.mentions) this.#anything(value);
  }

  learnAccount(account: AccountContext): void {
    this.#account(account.id);
    if (account.alias !== account.id) this.#same(account.alias, this.#account(account.id));
    if (account.owner !== null) this.#add("owner", account.owner);
    if (account.costCenter !== null) this.#add("cost-center", account.costCenter);
    for (const { ouPath } of [account, ...(account.earlier ?? [])]) {
      for (const unit of ouPath?.split("/") ?? []) this.#add("unit", unit);
    }
    for (const [key, value] of Object.entries(account.tags)) {
      this.#add("tag", value);
      this.#add("tag", key);
    }
  }

  /** A copy in which every string has the stand-ins; structure, numbers and the product's own words are untouched. */
  apply<T>(value: T): T {
    return this.#copy(value, null) as T;
  }

  #finding(finding: Finding): void {
    this.#account(finding.account);
    this.#facets(finding.facets);
    if (finding.kind === "anomaly") {
      if (finding.entity.principal !== null) this.#principal(finding.entity.principal);
      if (finding.entity.resource !== null) this.#resource(finding.entity.resource);
    } else if (finding.kind === "novelty") {
      if (finding.dimension === "principal") this.#principal(finding.value);
      if (finding.dimension === "network") this.#address(finding.value);
      if (finding.dimension === "cross-account") this.#anything(finding.value);
    }
  }

  #facets(facets: FindingFacets): void {
    for (const { value } of facets.principals) this.#principal(value);
    for (const { value } of facets.sessions) this.#add("session", value);
    for (const { value } of facets.accessKeys) this.#add("key", value);
    for (const { value } of facets.userAgents) if (!isAwsHost(value)) this.#add("agent", value);
    for (const { value } of [...facets.networks, ...facets.sourceIps]) this.#address(value);
    for (const { value } of facets.resources) this.#resource(value);
    for (const { value } of facets.counterparties) this.#anything(value);
    // a function's or model's name is an item too; types and sizes are AWS's words
    for (const { value } of facets.items) {
      const [kind, ...item] = value.split(" ");
      if (kind === "function-invocations" && item.length > 0) this.#resource(item.join(" "));
    }
  }

  #account(id: string): string {
    return /^\d{12}$/.test(id) || id !== "unknown" ? this.#add("account", id) : id;
  }

  #principal(id: string): void {
    if (isAwsHost(id)) return;
    const { name, account } = principalOf(id);
    if (account !== null) this.#account(account);
    if (isServiceLinkedRole(id)) return;
    this.#same(id, this.#add("principal", name));
  }

  #resource(resource: string): void {
    const arn = /^arn:[^:]*:[^:]*:[^:]*:([^:]*):(.*)$/s.exec(resource);
    if (arn?.[1]) this.#account(arn[1]);
    this.#add("resource", resource);
    const path = (arn?.[2] ?? resource).split(/[/:]/).filter((part) => part !== "");
    // the first part is AWS's word for the kind (function, role, instance), unless there is no other; a number or two letters name nothing alone
    for (const part of path.length > 1 ? path.slice(1) : path)
      if (!/^(?:\d{1,5}|..?|\$LATEST)$/s.test(part)) this.#add("resource", part);
  }

  #address(value: string): void {
    if (!isAwsHost(value)) this.#add("address", value);
  }

  #anything(value: string): void {
    if (value === "public" || isAwsHost(value) || this.#standIns.has(value) || AWS_ROLE.test(value)) return;
    if (/^\d{12}$/.test(value)) this.#account(value);
    else if (/^arn:[^:]*:(?:iam|sts):/.test(value) || value.startsWith("root/")) this.#principal(value);
    else if (/^(?:AKIA|ASIA)[A-Z0-9]{8,}$/.test(value)) this.#add("key", value);
    else if (/^[\d.]+(?:\/\d+)?$|^[\da-f:]+(?:\/\d+)?$/i.test(value)) this.#address(value);
    else if (value.startsWith("arn:") || value.includes("/")) this.#resource(value);
    else this.#add("name", value);
  }

  #add(kind: Kind, value: string): string {
    if (value === "" || OUR_WORDS.has(value)) return value;
    const known = this.#standIns.get(value);
    if (known !== undefined) return known;
    const number = (this.#numbers.get(kind) ?? 0) + 1;
    this.#numbers.set(kind, number);
    const standIn = kind === "address" ? addressOf(number) : `${kind}-${number}`;
    this.#standIns.set(value, standIn);
    this.#replacer = null;
    return standIn;
  }

  #same(value: string, standIn: string): void {
    if (value === "" || OUR_WORDS.has(value) || this.#standIns.has(value)) return;
    this.#standIns.set(value, standIn);
    this.#replacer = null;
  }

  #copy(value: unknown, key: string | null): unknown {
    if (typeof value === "string") return key !== null && KEPT_FIELDS.has(key) ? value : this.#text(value);
    if (Array.isArray(value)) return key === "eventIds" ? value : value.map((entry) => this.#copy(entry, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, entry]) => [key === "tags" ? this.#text(name) : name, this.#copy(entry, name)]),
    );
  }

  #text(text: string): string {
    this.#replacer ??= new Replacer(this.#standIns);
    return this.#replacer.apply(text).replace(STRANGER, (found) => this.#stranger(found));
  }

  /** Something of a known form that was in no field: numbered as it is met. */
  #stranger(found: string): string {
    const known = this.#standIns.get(found);
    if (known !== undefined) return known;
    const kind = STRANGERS.find(({ whole }) => whole.test(found))?.kind ?? "name";
    const number = (this.#numbers.get(kind) ?? 0) + 1;
    this.#numbers.set(kind, number);
    const standIn = kind === "address" ? addressOf(number) : `${kind}-${number}`;
    this.#standIns.set(found, standIn);
    return standIn;
  }
}

/** AWS's names for its own roles, the same in every account. */
const AWS_ROLE = /^AWSServiceRoleFor|^AWSReservedSSO_/;

/** Fields that hold the product's own words, ids or times. A value in them that looks like a name is not one. */
const KEPT_FIELDS = new Set([
  "kind",
  "status",
  "state",
  "severity",
  "confidence",
  "type",
  "dimension",
  "signal",
  "direction",
  "policy",
  "low",
  "high",
]);

/** Values that are AWS's or ours, which an account may be called all the same: replaced nowhere. */
const OUR_WORDS: ReadonlySet<string> = new Set([
  ...EVENT_MARKS,
  ...OUTCOMES,
  ...ACCOUNT_TYPES,
  // keys of tags that say nothing, and words of ours
  "owner",
  "team",
  "name",
  "public",
  "global",
  "*",
]);

/** `10.x.0.1`: reads as an address, and is nobody's. */
const addressOf = (number: number): string => `10.x.${number >> 8}.${number & 255}`;

const stranger = (kind: Kind, source: string) => ({ kind, source, whole: new RegExp(`^(?:${source})$`, "iu") });

/** Identifiers by their form, wherever they stand: what no field named, and texts mention all the same. */
const STRANGERS = [
  stranger("resource", "arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:[^\\s'\"\\[\\](),;]*"),
  stranger("session", "(?<![\\w.+-])[\\w.+-]+@[\\w-]+\\.[\\w.-]*\\w"),
  stranger("key", "(?<![a-z0-9])A(?:KIA|SIA|IDA|ROA)[A-Z0-9]{12,}(?![a-z0-9])"),
  stranger("account", "(?<![a-z0-9.-])\\d{12}(?![a-z0-9])"),
  stranger("address", "(?<![\\w.])\\d{1,3}(?:\\.\\d{1,3}){3}(?:\\/\\d{1,2})?(?![\\w.])"),
  stranger("address", "(?<![\\w:])(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}(?![\\w:])"),
  stranger(
    "address",
    "(?<![\\w:])[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5}::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?(?:\\/\\d{1,3})?(?![\\w:])",
  ),
  stranger("resource", "(?<![\\w-])(?:i|vol|nat|snap|ami|vpc|vpce|subnet|sg|eni|eipalloc|db)-[0-9a-f]{8,17}(?![\\w])"),
] as const;
const STRANGER = new RegExp(STRANGERS.map(({ source }) => source).join("|"), "giu");
