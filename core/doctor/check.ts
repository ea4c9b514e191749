import { type ErrorCode, TrailwatchError } from "../domain/errors.ts";

/** `unknown`: it could not be looked at. `skipped`: it does not apply to this deployment. */
export type Standing = "ok" | "warning" | "wrong" | "unknown" | "skipped";

/** What is so, in a sentence, and what to do about it. */
export interface Verdict {
  readonly standing: Standing;
  readonly found: string;
  /** Steps, the first one first; empty where nothing is to be done. */
  readonly todo: readonly string[];
}

export interface CheckResult extends Verdict {
  /** Stable, for scripts. */
  readonly id: string;
  readonly title: string;
}

/** One look at one thing: what is asked of the world, and what is made of the answer, which takes the answer alone. */
export interface CheckDefinition<View, About, Facts> {
  readonly id: string;
  readonly title: string;
  /** Why it does not apply; `null`: it does. */
  readonly leftOut?: (about: About) => string | null;
  readonly ask: (view: View, about: About) => Promise<Facts>;
  readonly judge: (facts: Facts, about: About) => Verdict;
}

/** A check with its facts out of sight. */
export interface Check<View, About> {
  readonly id: string;
  run(view: View, about: About): Promise<CheckResult>;
}

/** What cannot be asked is unknown, and says what it would take. */
export function check<View, About, Facts>(definition: CheckDefinition<View, About, Facts>): Check<View, About> {
  const { id, title, leftOut, ask, judge } = definition;
  return {
    id,
    async run(view, about) {
      const why = leftOut?.(about) ?? null;
      if (why !== null) return { id, title, ...skipped(why) };
      try {
        return { id, title, ...judge(await ask(view, about), about) };
      } catch (error) {
        if (!(error instanceof TrailwatchError)) throw error;
        return { id, title, standing: "unknown", found: error.message, todo: [error.nextStep] };
      }
    },
  };
}

/** All of them, one after the other: each is told as soon as it is there, and no service is asked in a rush. */
export async function runChecks<View, About>(
  checks: readonly Check<View, About>[],
  view: View,
  about: About,
  onResult: (result: CheckResult) => void = () => {},
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const one of checks) {
    const result = await one.run(view, about);
    results.push(result);
    onResult(result);
  }
  return results;
}

export const ok = (found: string): Verdict => ({ standing: "ok", found, todo: [] });
export const skipped = (found: string): Verdict => ({ standing: "skipped", found, todo: [] });
export const warning = (found: string, ...todo: readonly string[]): Verdict => ({ standing: "warning", found, todo });
export const wrong = (found: string, ...todo: readonly string[]): Verdict => ({ standing: "wrong", found, todo });

/** What the question came to: its answer, or the code with which AWS refused one that is told apart. */
export async function answered<T>(
  question: Promise<T>,
  ...codes: readonly ErrorCode[]
): Promise<
  { readonly value: T; readonly refused: null } | { readonly value: null; readonly refused: TrailwatchError }
> {
  try {
    return { value: await question, refused: null };
  } catch (error) {
    if (!(error instanceof TrailwatchError) || !codes.includes(error.code)) throw error;
    return { value: null, refused: error };
  }
}

/** How many there are of each standing. */
export function tally(results: readonly CheckResult[]): Readonly<Record<Standing, number>> {
  const counts = { ok: 0, warning: 0, wrong: 0, unknown: 0, skipped: 0 };
  for (const { standing } of results) counts[standing]++;
  return counts;
}
