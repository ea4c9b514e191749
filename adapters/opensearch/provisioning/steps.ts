import { type ErrorCode, TrailwatchError } from "#core/domain/errors.ts";

/** In the order in which they are made: each may rest on those before it. */
export const KINDS = [
  "index template",
  "mapping",
  "retention policy",
  "role",
  "role mapping",
  "channel",
  "coverage",
  "detector",
  "monitor",
  "saved objects",
  "version",
  "data",
] as const;
export type Kind = (typeof KINDS)[number];

export type Action =
  | "create"
  | "update"
  /** The new one is made beside the old one, which goes when the new one has proved itself. */
  | "replace"
  | "start"
  | "remove"
  /** Is as it should be. */
  | "nothing"
  /** Cannot be yet: something must exist first. */
  | "wait"
  /** Is not ours to change, or cannot be on this cluster. */
  | "leave";

/** One thing, what is to happen with it and why. Without `run` nothing happens. */
export interface Step {
  readonly kind: Kind;
  readonly name: string;
  readonly action: Action;
  /** A sentence for the person who reads the plan. */
  readonly reason: string;
  /** What that person can do, where it does not go on by itself. */
  readonly nextStep?: string;
  /** Resolves when it is made, or with what it waits for. */
  readonly run?: () => Promise<Waiting | undefined>;
}

export interface Waiting {
  readonly reason: string;
  readonly nextStep: string;
}

export type Outcome = "done" | "unchanged" | "waiting" | "left" | "failed" | "skipped";

/** What became of a step. JSON-safe. */
export interface StepResult {
  readonly kind: Kind;
  readonly name: string;
  readonly action: Action;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly nextStep?: string;
  /** Of a failure. */
  readonly code?: ErrorCode;
}

const WITHOUT_RUN: Partial<Record<Action, Outcome>> = { nothing: "unchanged", wait: "waiting", leave: "left" };

/** What would become of it if all goes well. */
export const foreseen = ({ kind, name, action, reason, nextStep }: Step): StepResult => ({
  kind,
  name,
  action,
  outcome: WITHOUT_RUN[action] ?? "done",
  reason,
  ...(nextStep === undefined ? {} : { nextStep }),
});

/** Never rejects for what the cluster does: a step that failed is a result that says so. */
export async function runStep(step: Step): Promise<StepResult> {
  const { kind, name, action } = step;
  try {
    const waiting = await step.run?.();
    return waiting ? { kind, name, action, outcome: "waiting", ...waiting } : foreseen(step);
  } catch (error) {
    return failedResult(step, error);
  }
}

export const failedResult = ({ kind, name, action }: Omit<Step, "reason">, error: unknown): StepResult => {
  if (!(error instanceof TrailwatchError)) throw error;
  return { kind, name, action, outcome: "failed", reason: error.message, nextStep: error.nextStep, code: error.code };
};

export const nothing = (kind: Kind, name: string, reason = "is as it should be"): Step => ({
  kind,
  name,
  action: "nothing",
  reason,
});
