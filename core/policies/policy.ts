import type { AccountType } from "../domain/account.ts";
import type { Severity } from "../domain/finding.ts";
import type { EventFilter } from "../domain/signal.ts";
import type { PrincipalType } from "../domain/usage-event.ts";

/**
 * What an organization asks of itself, as data. What is dangerous for anybody is graded by the danger rules of
 * core/incidents; a policy says which rule of the house an event is against, whoever did it and however often.
 * Every given condition must hold.
 */
export interface Policy {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly filter: EventFilter;
  /** `null` for accounts of any type, `unknown` included. */
  readonly accountTypes: readonly AccountType[] | null;
  readonly principalTypes: readonly PrincipalType[] | null;
  /** Patterns (`*`) of principal ids or names that are exempt. */
  readonly exceptPrincipals: readonly string[];
  /** Violated in any other region; global services are not tied to one. */
  readonly allowedRegions: readonly string[] | null;
  /** Patterns (`*`) of instance types; violated by a launch of any other. */
  readonly approvedInstanceTypes: readonly string[] | null;
}

const rule = (id: string, title: string, filter: EventFilter, more: Partial<Policy> = {}): Policy => ({
  id,
  title,
  severity: "low",
  filter: { outcomes: ["success"], ...filter },
  accountTypes: null,
  principalTypes: null,
  exceptPrincipals: [],
  allowedRegions: null,
  approvedInstanceTypes: null,
  ...more,
});

/**
 * On unless the configuration says otherwise. They are low, so that each violation is on record under its name; the
 * danger rules look at the same events in their context and decide whether somebody is paged.
 */
export const BUILT_IN_POLICIES: readonly Policy[] = [
  rule("root-use", "Root is not used", { marks: ["root"], readOnly: false }),
  rule(
    "console-sign-in-without-mfa",
    "Console sign-ins need MFA",
    { marks: ["sign-in-without-mfa"] },
    {
      // a federated sign-in has its MFA at the identity provider, which the record cannot show
      principalTypes: ["root", "user"],
    },
  ),
  rule("public-sharing", "Nothing is made public", { marks: ["shared-publicly"] }),
  rule("guardrails-off", "Guardrails stay on", { marks: ["guardrail-off"] }),
  rule("opened-to-world", "No ports but 80 and 443 are open to the world", { marks: ["opened-to-world"] }),
  rule("admin-granted", "Administrator rights are not given by hand", { marks: ["admin-granted"] }),
];

/** Violated by successful calls that change something; a sweep of Describes does not use a region. */
export const regionPolicy = (
  id: string,
  accountTypes: readonly AccountType[] | null,
  allowedRegions: readonly string[],
  severity: Severity,
): Policy => rule(id, "Only allowed regions are used", { readOnly: false }, { accountTypes, allowedRegions, severity });

export const instanceTypePolicy = (
  id: string,
  accountTypes: readonly AccountType[] | null,
  approvedInstanceTypes: readonly string[],
  severity: Severity,
): Policy =>
  rule(
    id,
    "Only approved instance types are launched",
    { quantities: ["instances"], quantityChange: "added" },
    { accountTypes, approvedInstanceTypes, severity },
  );
