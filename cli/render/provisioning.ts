import type { ProvisioningReport } from "#adapters/opensearch/provisioning/plan.ts";
import type { StepResult } from "#adapters/opensearch/provisioning/steps.ts";
import { visible } from "#core/messages/visible.ts";
import { type Style, Terminal, type TextOptions } from "./terminal.ts";

export type ProvisioningTitle = "plan" | "apply" | "destroy" | "destroy-plan";

const WORDS: Readonly<Record<ProvisioningTitle, { done: string; nothing: string; next: string }>> = {
  plan: {
    done: "to do",
    nothing: "Nothing is to be done.",
    next: "Nothing was changed: `trailwatch opensearch apply` does it.",
  },
  apply: { done: "done", nothing: "Nothing was to be done.", next: "" },
  destroy: { done: "removed", nothing: "Nothing of Trailwatch is there.", next: "" },
  "destroy-plan": {
    done: "to remove",
    nothing: "Nothing of Trailwatch is there.",
    next: "Nothing was removed: add --yes to remove it.",
  },
};

const SIGNS: Readonly<Record<StepResult["action"], string>> = {
  create: "+",
  update: "~",
  replace: "±",
  start: ">",
  remove: "-",
  nothing: " ",
  wait: "…",
  leave: "·",
};

const STYLES: Readonly<Record<StepResult["outcome"], Style | null>> = {
  done: "green",
  unchanged: null,
  waiting: "yellow",
  left: "dim",
  failed: "red",
  skipped: "red",
};

/** One line a step that is not as it should be already, with its reason and what a person can do. */
export function renderProvisioning(
  title: ProvisioningTitle,
  { engine, results }: ProvisioningReport,
  url: string,
  options: TextOptions,
): string {
  const terminal = new Terminal(options);
  const { done, nothing, next } = WORDS[title];
  const shown = results.filter(({ outcome }) => outcome !== "unchanged");
  const changes = results.filter(({ outcome }) => outcome === "done");
  const blocks = [
    `OpenSearch ${engine.version} at ${visible(url)}: ${tally(results, done) || nothing}`,
    ...(shown.length === 0 ? [] : [shown.map((result) => line(terminal, result)).join("\n")]),
    ...(next !== "" && changes.length > 0 ? [next] : []),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function tally(results: readonly StepResult[], done: string): string {
  const count = (...outcomes: readonly StepResult["outcome"][]): number =>
    results.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const parts: readonly (readonly [number, string])[] = [
    [count("failed"), "failed"],
    [count("skipped"), "not tried"],
    [count("done"), done],
    [count("waiting"), "waiting"],
    [count("left"), "left as they are"],
    [count("unchanged"), "as they should be"],
  ];
  return parts
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`)
    .join(", ");
}

function line(terminal: Terminal, { kind, name, action, outcome, reason, nextStep }: StepResult): string {
  const failed = outcome === "failed" || outcome === "skipped";
  const sign = failed ? "!" : SIGNS[action];
  const style = STYLES[outcome];
  const head = `${sign} ${kind} ${visible(name)}${failed ? ` ${outcome === "failed" ? "FAILED" : "not tried"}` : ""}`;
  const first = style === null ? head : terminal.style(style, head);
  const lines = [first, terminal.wrap(visible(reason), "    ")];
  if (nextStep !== undefined) lines.push(terminal.wrap(visible(nextStep), "    next: ", 10));
  return lines.join("\n");
}
