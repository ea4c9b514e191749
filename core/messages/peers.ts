import { ACCOUNT_TYPES } from "../domain/account.ts";
import type { ComparedWith } from "../domain/finding.ts";
import { counted } from "./format.ts";
import { typeWord } from "./phrases.ts";
import { named } from "./visible.ts";

/** `3 other sandbox accounts`; `2 other accounts of /Workloads/Production`; `5 other accounts of the organization`. */
export function peersWords({ by, name, accounts }: ComparedWith): string {
  if (by === "organization") return `${counted(accounts, "other account")} of the organization`;
  if (by === "unit") return `${counted(accounts, "other account")} of ${named(name)}`;
  const type = ACCOUNT_TYPES.find((one) => one === name) ?? "unknown";
  return counted(accounts, `other ${typeWord(type)} account`);
}
