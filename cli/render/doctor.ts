import type { CheckResult, Standing } from "#core/doctor/check.ts";
import { tally } from "#core/doctor/check.ts";
import { visible } from "#core/messages/visible.ts";
import { type Style, Terminal, type TextOptions } from "./terminal.ts";

const WORDS: Readonly<Record<Standing, readonly [word: string, style: Style]>> = {
  ok: ["ok", "green"],
  warning: ["warning", "yellow"],
  wrong: ["WRONG", "red"],
  unknown: ["unknown", "magenta"],
  skipped: ["-", "dim"],
};

const COLUMN = 9;

/** One check: how it is, what was found, what to do. */
export function renderCheck({ standing, title, found, todo }: CheckResult, options: TextOptions): string {
  const terminal = new Terminal(options);
  const [word, style] = WORDS[standing];
  const lines = [
    `${terminal.style(style, word.padEnd(COLUMN))}${title}`,
    terminal.wrap(visible(found), " ".repeat(COLUMN)),
    // In one piece, however long: commands are copied from here.
    ...todo.map((step) => `${" ".repeat(COLUMN)}> ${visible(step)}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** The last line. */
export function renderTally(results: readonly CheckResult[]): string {
  const { wrong, unknown, warning, ok } = tally(results);
  const parts = [
    ...(wrong > 0 ? [`${wrong} wrong`] : []),
    ...(unknown > 0 ? [`${unknown} could not be looked at`] : []),
    ...(warning > 0 ? [`${warning} to know of`] : []),
    `${ok} as it should be`,
  ];
  return `\n${parts.join(", ")}\n`;
}
