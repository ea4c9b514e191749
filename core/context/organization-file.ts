import { TrailwatchError } from "../domain/errors.ts";
import type { EpochMs } from "../domain/time.ts";
import { ouPaths } from "./ou-paths.ts";

/** What an organization file says, whichever of its forms it has. */
export interface OrganizationFile {
  readonly organizationId: string | null;
  readonly managementAccountId: string | null;
  readonly accounts: readonly ListedAccount[];
}

interface ListedAccount extends ListedPlace {
  readonly id: string;
  /** What it was before it was changed, oldest first. */
  readonly earlier: readonly (ListedPlace & { readonly until: EpochMs })[];
  /** `null`: closed, and nobody knows when; absent: open. */
  readonly closedAt?: EpochMs | null;
}

/** What an account's type follows from. */
interface ListedPlace {
  readonly name: string;
  readonly ouPath: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const NEXT_STEP =
  "Write the file with `trailwatch organization fetch`, or with `aws organizations list-accounts`; docs/configuration.md shows the form.";

const invalid = (message: string): TrailwatchError => new TrailwatchError("ORGANIZATION_INVALID", message, NEXT_STEP);

/** Accounts in any capitalisation of the API's and our own form: a list, or under `Accounts` or `accounts`. */
export function readOrganizationFile(json: unknown): OrganizationFile {
  if (Array.isArray(json)) return { organizationId: null, managementAccountId: null, accounts: readAccounts(json, {}) };
  if (!isFields(json))
    throw invalid(`the organization file holds ${kindOf(json)}, not an object or a list of accounts`);
  const accounts = json["Accounts"] ?? json["accounts"];
  if (!Array.isArray(accounts)) {
    throw invalid(`the organization file has no list "Accounts" or "accounts" (it holds ${kindOf(accounts)})`);
  }
  const organization = describedIn(json);
  return {
    organizationId: organizationIdIn(json),
    managementAccountId: optionalText(
      json["managementAccountId"] ?? organization["ManagementAccountId"] ?? organization["MasterAccountId"],
    ),
    accounts: readAccounts(accounts, json),
  };
}

/** Of which organization the file is; `null` where it does not say so. Whatever else is in it may be wrong. */
export const organizationIdIn = (json: unknown): string | null =>
  isFields(json) ? optionalText(json["organizationId"] ?? describedIn(json)["Id"]) : null;

const describedIn = (file: Fields): Fields => (isFields(file["Organization"]) ? file["Organization"] : {});

function readAccounts(items: readonly unknown[], file: Fields): readonly ListedAccount[] {
  const pathOf = ouPaths(file);
  const byId = new Map<string, ListedAccount>();
  for (const [index, item] of items.entries()) {
    const account = readAccount(item, index, pathOf);
    const before = byId.get(account.id);
    if (before && JSON.stringify(before) !== JSON.stringify(account)) {
      throw invalid(
        `account ${account.id} is listed twice, with different content (the second time as number ${index + 1})`,
      );
    }
    byId.set(account.id, account);
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function readAccount(item: unknown, index: number, pathOf: (path: string) => string | null): ListedAccount {
  const place = `account number ${index + 1}`;
  if (!isFields(item)) throw invalid(`${place} is ${kindOf(item)}, not an object`);
  const id = item["Id"] ?? item["id"];
  if (typeof id === "number") {
    throw invalid(`${place}: "id" is the number ${id}; write it in quotes, since numbers lose leading zeros`);
  }
  if (typeof id !== "string" || !/^\d{12}$/.test(id))
    throw invalid(`${place}: "id" must be twelve digits, not ${shown(id)}`);
  const current = readPlace(item, id, pathOf);
  const name = current.name ?? id;
  const closedAt = readClosing(item, id);
  return {
    id,
    name,
    ouPath: current.ouPath,
    tags: current.tags,
    earlier: readEarlier(item["earlier"], id, { ...current, name }, pathOf),
    ...(closedAt === undefined ? {} : { closedAt }),
  };
}

function readPlace(
  item: Fields,
  id: string,
  pathOf: (path: string) => string | null,
): Omit<ListedPlace, "name"> & { readonly name: string | null } {
  const field = (name: string, value: unknown) => textField(`account ${id}`, name, value);
  const name = field("alias", item["alias"]) ?? field("name", item["Name"] ?? item["name"]);
  return {
    name: name?.trim() || null,
    ouPath: accountPath(item, id, pathOf),
    tags: readTags(item["Tags"] ?? item["tags"], `account ${id}`),
  };
}

/** What an entry does not say was then as it is now. */
function readEarlier(
  items: unknown,
  id: string,
  now: ListedPlace,
  pathOf: (path: string) => string | null,
): ListedAccount["earlier"] {
  if (items === undefined || items === null) return [];
  if (!Array.isArray(items)) throw invalid(`account ${id}: "earlier" must be a list, not ${shown(items)}`);
  const entries = items.map((item: unknown) => {
    if (!isFields(item)) throw invalid(`account ${id}: "earlier" must hold objects, not ${shown(item)}`);
    const was = readPlace(item, id, pathOf);
    return {
      until: timeField(id, "earlier.until", item["until"]),
      name: was.name ?? now.name,
      ouPath: was.ouPath ?? now.ouPath,
      tags: (item["Tags"] ?? item["tags"]) === undefined ? now.tags : was.tags,
    };
  });
  return entries.sort((a, b) => a.until - b.until);
}

/** Of an account that is on its way out it is the end of what may be expected of it. */
const CLOSED = new Set(["SUSPENDED", "PENDING_CLOSURE", "CLOSED"]);

function readClosing(item: Fields, id: string): EpochMs | null | undefined {
  const closedAt = item["closedAt"];
  if (closedAt !== undefined && closedAt !== null) return timeField(id, "closedAt", closedAt);
  const state = item["state"] ?? item["State"] ?? item["Status"];
  return typeof state === "string" && CLOSED.has(state) ? null : undefined;
}

function timeField(id: string, name: string, value: unknown): EpochMs {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw invalid(`account ${id}: "${name}" must be a time like ${TIME}, not ${shown(value)}`);
  return time;
}

const TIME = '"2026-11-05T10:00:00Z"';

/** `ouPath` in our own form; `Paths` (or one `Path`) of ids in the API's. */
function accountPath(item: Fields, id: string, pathOf: (path: string) => string | null): string | null {
  const own = textField(`account ${id}`, "ouPath", item["ouPath"] ?? item["OuPath"]);
  if (own !== null) return own.startsWith("/") ? own.replace(/(.)\/+$/, "$1") : `/${own.replace(/\/+$/, "")}`;
  const paths = item["Paths"] ?? item["Path"];
  if (paths === undefined || paths === null) return null;
  const first: unknown = Array.isArray(paths) ? paths[0] : paths;
  if (first === undefined) return null;
  if (typeof first !== "string") throw invalid(`account ${id}: "Paths" must hold texts, not ${shown(first)}`);
  return pathOf(first);
}

/** `[{Key, Value}]` as the API answers, or a plain object. */
function readTags(tags: unknown, place: string): Readonly<Record<string, string>> {
  if (tags === undefined || tags === null) return {};
  if (Array.isArray(tags)) {
    return Object.fromEntries(
      tags.map((tag: unknown, index) => {
        const key = isFields(tag) ? (tag["Key"] ?? tag["key"]) : undefined;
        const value = isFields(tag) ? (tag["Value"] ?? tag["value"] ?? "") : undefined;
        if (typeof key !== "string" || typeof value !== "string") {
          throw invalid(
            `${place}: tag number ${index + 1} must have a text "Key" and a text "Value", not ${shown(tag)}`,
          );
        }
        return [key, value];
      }),
    );
  }
  if (!isFields(tags)) throw invalid(`${place}: "tags" must be an object or a list, not ${shown(tags)}`);
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => {
      if (typeof value !== "string") throw invalid(`${place}: tag ${shown(key)} must be a text, not ${shown(value)}`);
      return [key, value];
    }),
  );
}

function textField(place: string, name: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw invalid(`${place}: "${name}" must be a text, not ${shown(value)}`);
  return value;
}

const optionalText = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

const kindOf = (value: unknown): string =>
  value === undefined ? "nothing" : value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};
