import { backtestSummary, isWronglyPaged } from "#core/backtest/summary.ts";
import type { Backtest, BacktestRun, KnownOutcome } from "#core/domain/backtest.ts";
import { counted, duration, utc, utcWindow } from "#core/messages/format.ts";
import { named, visible } from "#core/messages/visible.ts";
import { columns, type Style, Terminal, type TextOptions } from "./terminal.ts";

/** Incidents that were held back, in the text; JSON has all of them. */
const HELD = 20;

/** What would have been paged, for a terminal: each configuration, then what they do differently. */
export function renderBacktest(backtest: Backtest, options: TextOptions): string {
  const terminal = new Terminal(options);
  const { span, events, every, runs, differences } = backtest;
  const [first, ...others] = runs;
  const line = (text: string, lead = "  ", style?: Style): string =>
    terminal.wrap(visible(text), lead, columns(lead), ...(style ? [style] : []));
  return `${[
    line(
      `${counted(events, "event")}, ${utcWindow(span)}, replayed as they were delivered; looked at every ${duration(every)}`,
      "",
    ),
    ...runs.flatMap((run) => [runBlock(terminal, run)]),
    ...(others.length === 0
      ? []
      : [
          [
            terminal.rule("What they do differently"),
            ...(differences.length === 0
              ? [line(`Every page of ${first?.name} is one of the others too, and none besides.`)]
              : []),
            ...differences.map(({ paged, other, page, reason }) =>
              [
                line(`${utc(page.at)}  ${page.severity} ${page.summary} [${named(page.id)}]`),
                line(`paged by ${paged}; by ${other}: ${reason}`, "    ", "dim"),
              ].join("\n"),
            ),
          ].join("\n"),
        ]),
  ].join("\n\n")}\n`;
}

function runBlock(terminal: Terminal, run: BacktestRun): string {
  const { name, pages, held, quiet, weeks, accounts, known } = run;
  const line = (text: string, lead = "  ", style?: Style): string =>
    terminal.wrap(visible(text), lead, columns(lead), ...(style ? [style] : []));
  return [
    terminal.rule(named(name)),
    ...backtestSummary(run).map((text) => line(text)),
    ...(known ?? []).filter(({ known: { kind } }) => kind === "incident").map((one) => line(knownLine(one))),
    ...(known ?? []).filter(isWronglyPaged).map((one) => line(`paged, although benign: ${one.known.name}`)),
    ...(pages.length === 0 ? [] : ["", terminal.style("bold", "Pages")]),
    ...pages.map(({ at, after, severity, summary, id }) =>
      line(
        `${severity.toUpperCase()} ${summary}; ${duration(Math.max(0, after))} after it began [${named(id)}]`,
        `  ${utc(at)}  `,
      ),
    ),
    ...(held.length === 0 ? [] : ["", terminal.style("bold", "Medium or more, and nobody was woken")]),
    ...held
      .slice(0, HELD)
      .map(({ window, severity, summary, paging, id }) =>
        [
          line(`${severity.toUpperCase()} ${summary} [${named(id)}]`, `  ${utc(window.start)}  `),
          line(paging.reason, "    ", "dim"),
        ].join("\n"),
      ),
    ...(held.length > HELD
      ? [line(`and ${counted(held.length - HELD, "more incident")}: --format json has them all`)]
      : []),
    "",
    line(
      `Pages by week: ${weeks.map((week) => week.pages).join(", ")}${quiet > 0 ? `; ${counted(quiet, "incident")} below medium` : ""}`,
    ),
    ...(accounts.length === 0
      ? []
      : [
          line(
            `Pages by account: ${accounts.map(({ id, alias, pages: count }) => `${alias === id ? id : `${alias} (${id})`} ${count}`).join(", ")}`,
          ),
        ]),
  ].join("\n");
}

/** `found secrets-sweep: paged 21 minutes after it began [20261114-3a3jzyns]` */
function knownLine({ known, outcome, incident, after, reason }: KnownOutcome): string {
  if (outcome === "paged")
    return `found   ${known.name}: paged ${duration(after ?? 0)} after it began [${named(incident ?? "")}]`;
  return `${outcome === "held" ? "held   " : "missed "} ${known.name}: ${reason}${incident === null ? "" : ` [${named(incident)}]`}`;
}
