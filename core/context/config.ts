import * as z from "zod";
import { ACCOUNT_TYPES } from "../domain/account.ts";

const globs = (description: string) => z.array(z.string().min(1)).min(1).optional().describe(description);

const accountTypeRuleSchema = z
  .strictObject({
    type: z.enum(ACCOUNT_TYPES).describe("The type that the rule gives."),
    accounts: z
      .array(z.string().regex(/^\d{12}$/, "an account id is twelve digits, in quotes"))
      .min(1)
      .optional()
      .describe("Account ids."),
    tags: z
      .record(z.string(), z.array(z.string().min(1)).min(1))
      .optional()
      .describe("Tag key to patterns of its value; one key has to match. Upper and lower case are the same."),
    ouPaths: globs("Patterns of the OU path, such as `/Workloads/Prod*`."),
    names: globs("Patterns of the account's name."),
  })
  .refine(({ accounts, tags, ouPaths, names }) => accounts ?? tags ?? ouPaths ?? names, {
    message: "a rule needs at least one of accounts, tags, ouPaths, names",
  });

export type AccountTypeRule = z.infer<typeof accountTypeRuleSchema>;

const TYPE_TAGS = ["account-type", "accounttype", "environment", "env", "stage"];
const byTag = (type: AccountTypeRule["type"], ...values: readonly string[]): AccountTypeRule => ({
  type,
  tags: Object.fromEntries(TYPE_TAGS.map((key) => [key, [...values]])),
});
const byPath = (type: AccountTypeRule["type"], ...ouPaths: string[]): AccountTypeRule => ({ type, ouPaths });
const byName = (type: AccountTypeRule["type"], ...names: string[]): AccountTypeRule => ({ type, names });

/** Tags are set on purpose, so they come first; then where the account hangs; its name is the weakest hint. */
const DEFAULT_TYPE_RULES: readonly AccountTypeRule[] = [
  byTag("management", "management", "payer"),
  byTag("staging", "stag*", "uat", "qa", "preprod*", "pre-prod*", "acceptance"),
  byTag("development", "dev*", "test*", "nonprod*", "non-prod*", "integration"),
  byTag("production", "prod*", "prd", "live"),
  byTag("sandbox", "sandbox*", "playground*", "training", "lab"),
  byTag("security", "security*", "audit", "log-archive"),
  byTag("shared-services", "shared*", "infrastructure", "network*", "tooling", "platform"),
  byPath("sandbox", "*/sandbox*", "*/playground*", "*/lab", "*/lab/*"),
  byPath("staging", "*/stag*", "*/preprod*", "*/pre-prod*", "*/uat*", "*/qa", "*/qa/*"),
  byPath("development", "*/dev", "*/dev/*", "*/dev-*", "*/develop*", "*/test*", "*/nonprod*", "*/non-prod*", "*/sdlc*"),
  byPath("production", "*/prod", "*/prod/*", "*/prod-*", "*/production*", "*/prd", "*/prd/*", "*/live", "*/live/*"),
  byPath("security", "*/security*", "*/audit*", "*/log*archive*", "*/forensics*"),
  byPath("shared-services", "*/infrastructure*", "*/shared*", "*/network*", "*/platform*", "*/deployment*"),
  byName(
    "staging",
    "*staging*",
    "stg-*",
    "*-stg",
    "*-stg-*",
    "*preprod*",
    "*pre-prod*",
    "uat-*",
    "*-uat",
    "qa-*",
    "*-qa",
  ),
  byName(
    "development",
    "dev",
    "dev-*",
    "*-dev",
    "*-dev-*",
    "*development*",
    "test-*",
    "*-test",
    "*nonprod*",
    "*non-prod*",
  ),
  byName(
    "production",
    "prod",
    "prod-*",
    "*-prod",
    "*-prod-*",
    "production*",
    "*-production*",
    "*-prd",
    "prd-*",
    "*-live",
  ),
  byName("sandbox", "*sandbox*", "*playground*"),
  byName("security", "*security*", "*audit*", "*log*archive*", "*logging*"),
  byName("shared-services", "*shared*", "network*", "*-network", "*infrastructure*", "*tooling*"),
];

const tagKeys = (description: string, ...keys: string[]) =>
  z
    .array(z.string().min(1))
    .default(keys)
    .describe(`${description}, first one that is set; upper and lower case are the same.`);

export const contextConfigSchema = z
  .strictObject({
    accountTypes: z
      .array(accountTypeRuleSchema)
      .default([...DEFAULT_TYPE_RULES])
      .describe(
        "What makes an account production, staging and so on: the first rule whose given conditions all hold. In patterns `*` stands for any characters; upper and lower case are the same. The management account needs no rule, and an account that no rule fits is `unknown`.",
      ),
    costCenterTags: tagKeys("Tags that name the cost center", "cost-center", "costcenter", "cost_center", "CostCentre"),
    ownerTags: tagKeys("Tags that name the owner", "owner", "team", "contact"),
  })
  .describe("How accounts are recognised.");

export type ContextConfig = z.infer<typeof contextConfigSchema>;
