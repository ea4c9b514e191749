import type { PolicyViolation } from "../domain/finding.ts";
import type { Tag } from "./clues.ts";
import { topicsOf } from "./topics.ts";

/** What a danger says about causes beyond its topic. */
const TAGS: Readonly<Record<string, readonly Tag[]>> = {
  "secrets-sweep": ["secrets-swept"],
  "secrets-batch": ["secrets", "secrets-swept"],
  "parameters-sweep": ["secrets-swept"],
  "windows-passwords": ["secrets", "secrets-swept"],
  "user-data-refused": ["secrets", "secrets-swept"],
  "user-data-sweep": ["secrets", "secrets-swept"],
  "never-freed": ["cleaned-before"],
  "accelerated-launch": ["accelerated", "launches"],
  "code-by-person": ["code-placed"],
  "startup-script": ["code-placed"],
  "commands-by-role": ["code-placed"],
  shell: ["code-placed"],
  "many-shells": ["code-placed"],
  "serial-console": ["code-placed"],
  "model-access": ["model-access"],
  "leave-organization": ["guardrail-off"],
  "organization-weakened": ["guardrail-off"],
  public: ["exposed"],
  "open-port": ["exposed"],
  "admin-granted": ["admin-granted"],
  "credential-for-other": ["credential-made", "identity-changed"],
  "federation-token": ["credential-made", "identity-changed"],
  "root-key": ["credential-made", "identity-changed"],
  "outside-identity": ["outside-trusted", "identity-changed"],
  "sign-in-without-mfa": ["password-alone"],
  "sign-in-guessing": ["password-guessed"],
  "root-sign-in-failed": ["password-guessed"],
  "quarantined-by-aws": ["key-leaked"],
  "leaked-key-scanner": ["key-leaked"],
  "ransom-copy": ["data-deleted"],
  "data-export": ["data-read"],
  "traffic-mirror": ["data-read"],
};

/** A role opened to another account is a way in; a snapshot opened to one is data. */
export function tagsOfDanger(finding: PolicyViolation): readonly Tag[] {
  const [, rule] = finding.policy.split("danger/");
  if (rule === undefined) return [];
  if (rule === "shared-outside") return topicsOf(finding, undefined)[0] === "identity" ? ["outside-trusted"] : [];
  return TAGS[rule] ?? [];
}
