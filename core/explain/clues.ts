import type { Evidence } from "../domain/incident.ts";
import { compareText } from "../domain/ordering.ts";

/**
 * A fact, before it is numbered, with the tags by which causes and actions recognise it. A rule can only point at a
 * tag, and a tag exists only on a fact: so nothing is claimed that has no evidence.
 */
export interface Clue {
  readonly tags: readonly Tag[];
  readonly statement: string;
  readonly eventIds: readonly string[];
  readonly query: string | null;
  readonly mentions: readonly string[];
}

const TAGS = [
  // how much
  "rise",
  "far-beyond-usual",
  "never-before",
  "drop",
  "steady-growth",
  "doubling",
  // firsts
  "new-region",
  "new-service",
  "new-risky-action",
  "new-family",
  "new-principal",
  "new-network",
  "new-tool",
  "new-cross-account",
  "young-account",
  "policy",
  "insight",
  // who, with what, from where
  "by-person",
  "by-automation",
  "by-root",
  "long-term-key",
  "by-autoscaling",
  "by-cloudformation",
  "by-scheduler",
  "by-aws-service",
  "called-directly",
  "many-principals",
  "known-network",
  "known-principal",
  "known-caller-elsewhere",
  "did-it-before",
  "never-did-it",
  "named-load-test",
  "self-invocation",
  "several-accounts",
  // what
  "launches",
  "accelerated",
  "big-instances",
  "unapproved-types",
  "spot",
  "secrets",
  "secrets-swept",
  "data-read",
  "data-shared",
  "data-deleted",
  "guardrail-off",
  "identity-changed",
  "admin-granted",
  "credential-made",
  "outside-trusted",
  "key-leaked",
  "exposed",
  "code-placed",
  "password-alone",
  "password-guessed",
  "models",
  "model-access",
  "denied",
  "costly-things-made",
  "many-actions",
  "one-action",
  "same-error",
  "capacity-errors",
  "throttled",
  // before, around, after
  "denied-before",
  "no-denied-before",
  "deployment-same-caller",
  "deployment-nearby",
  "no-deployment",
  "scaling-changed",
  "permissions-changed",
  "worked-before",
  "never-worked",
  "active-after",
  "freed",
  "partly-freed",
  "never-freed",
  "cleaned-before",
  "peers-too",
  "peers-quiet",
  "non-production",
] as const;
export type Tag = (typeof TAGS)[number];

/** Event ids kept per statement. */
const IDS = 25;

export const clue = (
  tags: readonly Tag[],
  statement: string,
  support: {
    readonly eventIds?: readonly string[];
    readonly query?: string;
    readonly mentions?: readonly (string | null)[];
  },
): Clue => ({
  tags,
  statement: sentence(statement),
  eventIds: (support.eventIds ?? []).slice(0, IDS),
  query: support.query ?? null,
  mentions: [...new Set((support.mentions ?? []).filter(isName))].sort(compareText),
});

/** With a capital, but for what is written small by nature: `ana@example.com (…) is known`. */
const sentence = (statement: string): string =>
  /^\S*@/.test(statement) ? statement : statement.charAt(0).toUpperCase() + statement.slice(1);

const isName = (value: string | null): value is string => value !== null && value !== "";

/** The facts of one incident in the order of telling, numbered E1, E2 ... */
export class Dossier {
  readonly evidence: readonly Evidence[];
  readonly #byTag = new Map<Tag, string[]>();

  constructor(clues: readonly Clue[]) {
    this.evidence = clues.map(({ tags, ...fact }, at) => {
      const id = `E${at + 1}`;
      for (const tag of tags) this.#byTag.set(tag, [...(this.#byTag.get(tag) ?? []), id]);
      return { id, ...fact };
    });
  }

  has(tag: Tag): boolean {
    return this.#byTag.has(tag);
  }

  /** Ids of the facts that carry the tag. */
  ids(tag: Tag): readonly string[] {
    return this.#byTag.get(tag) ?? [];
  }
}
