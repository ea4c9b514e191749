import { accountOf } from "../arn.ts";
import { document, isObject, type Json, objects, text, texts } from "../json.ts";

/** Whom a resource policy or trust policy lets in, beyond the services of AWS. */
export interface Audience {
  /** Everyone, without a condition that narrows it. */
  readonly everyone: boolean;
  /** Account ids; the own account may be among them. */
  readonly accounts: readonly string[];
  /** `o-...` */
  readonly organizations: readonly string[];
}

export const NOBODY: Audience = Object.freeze({ everyone: false, accounts: [], organizations: [] });

/** Conditions on who calls or through what: with one of them a `*` is not everyone. Compared in lower case. */
const NARROWING = new Set([
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalservicename",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:sourceip",
  "aws:vpcsourceip",
  "aws:userid",
  "aws:federatedprovider",
  "kms:calleraccount",
  "kms:viaservice",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
  "lambda:eventsourcetoken",
]);

/** A condition of these kinds lets more through the fewer values match, or holds where the key is absent. */
const EXCLUDING = /not|null|ifexists$/i;

/** Values that let everyone through although they are a condition. */
const UNLIMITED = new Set(["*", "0.0.0.0/0", "::/0"]);

function conditionsOf(statement: Json): readonly (readonly [key: string, values: readonly string[]])[] {
  const found: [string, readonly string[]][] = [];
  const condition = statement["Condition"];
  if (!isObject(condition)) return found;
  for (const [operator, tests] of Object.entries(condition)) {
    if (!isObject(tests) || EXCLUDING.test(operator)) continue;
    for (const [key, value] of Object.entries(tests)) found.push([key.toLowerCase(), texts(value)]);
  }
  return found;
}

const ACCOUNT_KEYS = new Set(["aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "kms:calleraccount"]);

interface Collected {
  everyone: boolean;
  readonly accounts: Set<string>;
  readonly organizations: Set<string>;
}

function readStatement(statement: Json, into: Collected): void {
  if (text(statement["Effect"]) !== "Allow") return;
  const principal = statement["Principal"];
  const named = isObject(principal) ? texts(principal["AWS"]) : texts(principal);
  const anyone = named.includes("*") || isObject(statement["NotPrincipal"]) || statement["NotPrincipal"] === "*";
  for (const entry of named) {
    const account = accountOf(entry);
    if (account !== null) into.accounts.add(account);
  }
  if (!anyone) return;
  let narrowed = false;
  for (const [key, values] of conditionsOf(statement)) {
    if (!NARROWING.has(key) || values.length === 0 || values.some((value) => UNLIMITED.has(value))) continue;
    narrowed = true;
    if (ACCOUNT_KEYS.has(key) || key === "aws:principalarn") {
      for (const value of values) {
        const account = accountOf(value);
        if (account !== null) into.accounts.add(account);
      }
    }
    if (key.endsWith("orgid")) for (const value of values) into.organizations.add(value);
  }
  if (!narrowed) into.everyone = true;
}

/** Reads a policy as CloudTrail logs it: an object, or its JSON as text. What cannot be parsed names nobody. */
export function audienceOf(policy: unknown): Audience {
  const parsed = document(policy);
  if (parsed === null) return NOBODY;
  const found: Collected = { everyone: false, accounts: new Set(), organizations: new Set() };
  for (const statement of objects(parsed["Statement"])) readStatement(statement, found);
  return { everyone: found.everyone, accounts: [...found.accounts], organizations: [...found.organizations] };
}

/** Permissions as broad as an administrator's: everything, all of IAM, or everything but what is listed, on everything. */
export function grantsEverything(policy: unknown): boolean {
  const parsed = document(policy);
  if (parsed === null) return false;
  return objects(parsed["Statement"]).some((statement) => {
    if (text(statement["Effect"]) !== "Allow" || !texts(statement["Resource"]).includes("*")) return false;
    if (statement["NotAction"] !== undefined) return true;
    return texts(statement["Action"]).some((action) => ["*", "*:*", "iam:*"].includes(action.toLowerCase()));
  });
}
