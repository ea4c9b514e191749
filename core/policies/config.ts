import * as z from "zod";
import { nearestName } from "../config/nearest-name.ts";
import { ACCOUNT_TYPES } from "../domain/account.ts";
import { TrailwatchError } from "../domain/errors.ts";
import { SEVERITIES } from "../domain/finding.ts";
import { PRINCIPAL_TYPES } from "../domain/usage-event.ts";
import { filterSchema } from "../signals/config.ts";
import { BUILT_IN_POLICIES, instanceTypePolicy, type Policy, regionPolicy } from "./policy.ts";

const severity = (value: (typeof SEVERITIES)[number]) =>
  z.enum(SEVERITIES).default(value).describe("Severity of a violation; medium and more is paged.");
const accountTypes = z
  .array(z.enum(ACCOUNT_TYPES))
  .min(1)
  .optional()
  .describe("Account types that it holds for; without it all.");
const exceptPrincipals = z
  .array(z.string().min(1))
  .optional()
  .describe("Principals that are exempt, by id (ARN) or name; `*` for any characters.");

const customPolicySchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/)
    .describe("Lower case, digits and hyphens."),
  title: z.string().min(1).max(120).describe("The rule as a sentence, for headings."),
  severity: severity("medium"),
  filter: filterSchema.describe("Events that violate it. Every given condition must hold; without outcomes: success."),
  accountTypes,
  principalTypes: z.array(z.enum(PRINCIPAL_TYPES)).min(1).optional().describe("Only principals of these types."),
  exceptPrincipals,
});

export const policiesConfigSchema = z
  .strictObject({
    regions: z
      .array(
        z.strictObject({
          accountTypes,
          allowed: z.array(z.string().min(1)).min(1).describe("Regions; global services are always allowed."),
          severity: severity("medium"),
        }),
      )
      .default([])
      .describe("Regions allowed per account type. Empty: regions are not checked."),
    instanceTypes: z
      .array(
        z.strictObject({
          accountTypes,
          approved: z
            .array(z.string().min(1))
            .min(1)
            .describe("Instance types or families: `m5.large`, `t3.*`; `*` for any characters."),
          severity: severity("low"),
        }),
      )
      .default([])
      .describe("Instance types approved per account type. Empty: types are not checked."),
    rules: z
      .record(
        z.string(),
        z.strictObject({
          enabled: z.boolean().optional().describe("False switches the policy off."),
          severity: z.enum(SEVERITIES).optional().describe("Severity of a violation; medium and more is paged."),
          accountTypes,
          exceptPrincipals,
        }),
      )
      .default({})
      .describe(`Changes to the built-in policies, by id: ${BUILT_IN_POLICIES.map(({ id }) => id).join(", ")}.`),
    custom: z.array(customPolicySchema).default([]).describe("Policies of your own."),
  })
  .describe("What the organization asks of itself; a violation is a finding with the policy's name.");

export type PoliciesConfig = z.infer<typeof policiesConfigSchema>;

/** The policies to check, in a stable order. Throws TrailwatchError `CONFIGURATION_INVALID` for an unknown or repeated id. */
export function resolvePolicies(config: PoliciesConfig): readonly Policy[] {
  const builtIn = new Map(BUILT_IN_POLICIES.map((policy) => [policy.id, policy]));
  for (const [id, change] of Object.entries(config.rules)) {
    const policy = builtIn.get(id);
    if (!policy) throw unknownPolicy(id, [...builtIn.keys()]);
    if (change.enabled === false) builtIn.delete(id);
    else {
      builtIn.set(id, {
        ...policy,
        severity: change.severity ?? policy.severity,
        accountTypes: change.accountTypes ?? policy.accountTypes,
        exceptPrincipals: change.exceptPrincipals ?? policy.exceptPrincipals,
      });
    }
  }
  const custom = config.custom.map(
    (own): Policy => ({
      ...own,
      filter: own.filter.outcomes ? own.filter : { ...own.filter, outcomes: ["success"] },
      accountTypes: own.accountTypes ?? null,
      principalTypes: own.principalTypes ?? null,
      exceptPrincipals: own.exceptPrincipals ?? [],
      allowedRegions: null,
      approvedInstanceTypes: null,
    }),
  );
  const policies = [
    ...config.regions.map((one, index) =>
      regionPolicy(numbered("allowed-regions", index), one.accountTypes ?? null, one.allowed, one.severity),
    ),
    ...config.instanceTypes.map((one, index) =>
      instanceTypePolicy(
        numbered("approved-instance-types", index),
        one.accountTypes ?? null,
        one.approved,
        one.severity,
      ),
    ),
    ...builtIn.values(),
    ...custom,
  ];
  const repeated = policies.find(({ id }, index) => policies.findIndex((other) => other.id === id) !== index);
  if (repeated) throw repeatedPolicy(repeated.id);
  return policies;
}

const numbered = (id: string, index: number): string => (index === 0 ? id : `${id}-${index + 1}`);

const unknownPolicy = (id: string, known: readonly string[]): TrailwatchError => {
  const near = nearestName(id, known);
  return new TrailwatchError(
    "CONFIGURATION_INVALID",
    `policies.rules names ${JSON.stringify(id)}, which is no built-in policy`,
    near ? `Did you mean ${near}?` : `Use one of: ${known.join(", ")}; or write a policy under policies.custom.`,
  );
};

const repeatedPolicy = (id: string): TrailwatchError =>
  new TrailwatchError(
    "CONFIGURATION_INVALID",
    `policies.custom has the id ${JSON.stringify(id)}, which another policy has already`,
    "Choose another id; a built-in policy is changed under policies.rules.",
  );
