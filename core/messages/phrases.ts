import type { AccountContext, AccountType } from "../domain/account.ts";
import type { EventMark } from "../domain/usage-event.ts";
import { listed } from "./format.ts";
import { named } from "./visible.ts";

const TYPE_WORDS: Readonly<Record<AccountType, string | null>> = {
  management: "management account",
  security: "security",
  "shared-services": "shared services",
  production: "production",
  staging: "staging",
  development: "development",
  sandbox: "sandbox",
  unknown: null,
};

/** The account as people call it: its alias, or the number where there is none. */
export const accountName = (account: AccountContext): string =>
  account.id === "unknown"
    ? "an unknown account"
    : /^\d{12}$/.test(account.alias)
      ? `account ${named(account.id)}`
      : named(account.alias);

/** `prod-main (production, eu-west-1)`; `3 accounts (a, b and c)`. */
export function place(accounts: readonly AccountContext[], regions: readonly string[]): string {
  const where = regions
    .filter((region) => region !== "*")
    .map((region) => (region === "global" ? "global services" : region));
  const [account] = accounts;
  if (!account) return listed(where.map((region) => named(region)));
  if (accounts.length > 1) return `${accounts.length} accounts (${listed(accounts.map(accountName), 3)})`;
  const type = TYPE_WORDS[account.type];
  const inside = [
    ...(type ? [type] : []),
    ...(where.length > 0
      ? [
          listed(
            where.map((region) => named(region)),
            3,
          ),
        ]
      : []),
  ];
  return inside.length > 0 ? `${accountName(account)} (${inside.join(", ")})` : accountName(account);
}

export const typeWord = (type: AccountType): string => TYPE_WORDS[type] ?? "unknown type";

/** The same account with all that helps to find its people: `prod-main, 111122223333, production, owner web-team`. */
function accountInFull(account: AccountContext): string {
  const parts = [accountName(account)];
  if (account.id !== "unknown" && account.alias !== account.id) parts.push(named(account.id));
  const type = TYPE_WORDS[account.type];
  if (type) parts.push(type);
  if (account.ouPath) parts.push(named(account.ouPath));
  if (account.owner) parts.push(`owner ${named(account.owner)}`);
  if (account.costCenter) parts.push(`cost center ${named(account.costCenter)}`);
  return parts.join(", ");
}

/** `prod-main, 484571430449, production, ...` of one account; of several only their names and types. */
export function accountsLine(accounts: readonly AccountContext[], limit: number): string {
  const [only, another] = accounts;
  if (only && !another) return accountInFull(only);
  return listed(
    accounts.map((account) => {
      const type = TYPE_WORDS[account.type];
      return type ? `${accountName(account)} (${type})` : accountName(account);
    }),
    limit,
  );
}

/** `eu-west-1 and global services`; nothing where no region is named. */
export const regionsLine = (regions: readonly string[], limit: number): string =>
  listed(
    regions
      .filter((region) => region !== "*")
      .map((region) => (region === "global" ? "global services" : named(region))),
    limit,
  );

/** Singular and plural of what a signal counts; the built-in units that "drop the first s" would get wrong. */
const SINGULAR: Readonly<Record<string, string>> = {
  "S3 objects read": "S3 object read",
  "S3 objects deleted": "S3 object deleted",
  "USD/hour added": "USD/hour added",
  "USD/hour removed": "USD/hour removed",
  "GiB of volumes created": "GiB of volumes created",
  "IAM and key changes": "IAM or key change",
  "changes to logging and guardrails": "change to logging or guardrails",
  "shares with other accounts or the public": "share with another account or the public",
  "accelerated (GPU, Inferentia, Trainium, FPGA) instances launched": "accelerated instance launched",
};
const SHORT_PLURAL: Readonly<Record<string, string>> = {
  "accelerated (GPU, Inferentia, Trainium, FPGA) instances launched": "accelerated instances launched",
};

/** A signal's unit after a number. Units are plural nouns, the noun first or before its participle. */
export function unitAfter(value: number, unit: string): string {
  const text = named(unit);
  if (value !== 1) return SHORT_PLURAL[text] ?? text;
  return SINGULAR[text] ?? text.replace(/(\w{2,}?)(ches|sses|xes|ies|s)\b/, singularNoun);
}

function singularNoun(_: string, stem: string, ending: string): string {
  if (ending === "ies") return `${stem}y`;
  return ending === "s" ? stem : `${stem}${ending.slice(0, -2)}`;
}

const MARK_WORDS: Readonly<Record<EventMark, string>> = {
  "shared-publicly": "something was made public",
  "shared-with-account": "something was shared with another account",
  "guardrail-off": "logging or a guardrail was switched off or narrowed",
  "opened-to-world": "a port was opened to the whole internet",
  "console-sign-in": "somebody signed in to the console",
  "console-sign-in-failed": "console sign-ins failed",
  "sign-in-without-mfa": "somebody signed in without MFA",
  root: "the root user acted",
  "admin-granted": "administrator permissions were given",
  "credential-created": "a credential was made",
  "identity-changed": "users, roles, policies or keys were changed",
  "secret-read": "secrets were read",
  "parameter-read": "parameters were read",
  "code-execution": "code or commands were placed on machines or functions",
  destructive: "backups, keys or data were deleted",
  "encryption-off": "encryption was removed",
  "organization-changed": "the organization itself was changed",
  "cross-account": "a caller from another account acted",
};

export const markWords = (mark: string): string | undefined => MARK_WORDS[mark as EventMark];

/** The caller's tools as people know them. */
const TOOL_WORDS: Readonly<Record<string, string>> = {
  console: "the AWS console",
  "aws-cli": "the AWS CLI",
  cloudshell: "CloudShell",
  terraform: "Terraform (by its user agent)",
  cloudformation: "CloudFormation",
  cdk: "CDK",
  pulumi: "Pulumi (by its user agent)",
  ansible: "Ansible (by its user agent)",
  kubernetes: "a Kubernetes controller",
  boto: "a Python script (Boto)",
  sdk: "a program (AWS SDK)",
  browser: "a browser",
  "aws-service": "an AWS service",
  "security-tool": "a security tool",
  other: "an unrecognised tool",
  none: "no user agent",
};

export const toolWords = (tool: string): string => TOOL_WORDS[tool] ?? named(tool);
