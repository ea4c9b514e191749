import type { AccountType } from "../domain/account.ts";
import { matchesAnyGlob } from "../incidents/globs.ts";
import type { AccountTypeRule } from "./config.ts";

export interface AccountTraits {
  readonly id: string;
  readonly name: string;
  readonly ouPath: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The first rule that fits, else `unknown`. The management account is `management` unless a rule names it by its id:
 * what it is follows from the organization, not from what somebody called it.
 */
export function accountType(
  traits: AccountTraits,
  managementId: string | null,
  rules: readonly AccountTypeRule[],
): AccountType {
  const named = rules.find((rule) => rule.accounts?.includes(traits.id));
  if (named && fits(named, traits)) return named.type;
  if (traits.id === managementId) return "management";
  return rules.find((rule) => fits(rule, traits))?.type ?? "unknown";
}

function fits({ accounts, tags, ouPaths, names }: AccountTypeRule, traits: AccountTraits): boolean {
  if (accounts && !accounts.includes(traits.id)) return false;
  if (ouPaths && (traits.ouPath === null || !matchesAnyGlob(ouPaths, traits.ouPath))) return false;
  if (names && !matchesAnyGlob(names, traits.name)) return false;
  return !tags || Object.entries(tags).some(([key, patterns]) => matchesTag(traits.tags, key, patterns));
}

const matchesTag = (tags: AccountTraits["tags"], key: string, patterns: readonly string[]): boolean => {
  const value = tagValue(tags, [key]);
  return value !== null && matchesAnyGlob(patterns, value);
};

/** Value of the first key that is set and not blank; keys compare without regard to case. */
export function tagValue(tags: AccountTraits["tags"], keys: readonly string[]): string | null {
  for (const key of keys) {
    const found = Object.keys(tags).find((own) => own.toLowerCase() === key.toLowerCase());
    const value = found === undefined ? "" : (tags[found] ?? "").trim();
    if (value !== "") return value;
  }
  return null;
}
