import { h, type JSX } from "preact";
import { backtestSummary, isWronglyPaged } from "#core/backtest/summary.ts";
import type { Backtest, BacktestRun, KnownOutcome } from "#core/domain/backtest.ts";
import { amount, duration, utc, utcWindow } from "#core/messages/format.ts";
import { document, html, main } from "./document.ts";
import { badge, section, table } from "./elements.ts";

/** What each configuration would have paged in a history, as a page of its own; built as the report is. The same backtest gives the same bytes. */
export function renderBacktestPage({ span, events, every, runs, differences }: Backtest): string {
  return html(
    document(
      "Trailwatch backtest",
      h(
        "header",
        null,
        h("h1", null, "What would have been paged"),
        h(
          "p",
          { class: "muted" },
          `${amount(events)} events, ${utcWindow(span)}, replayed as they were delivered; looked at every ${duration(every)}.`,
        ),
        h(
          "ul",
          { class: "tiles" },
          runs.map(({ name, pages, held }) =>
            h("li", null, h("b", null, amount(pages.length)), `paged by ${name}, ${amount(held.length)} held`),
          ),
        ),
      ),
      main(
        runs.map(runSection),
        runs.length > 1 &&
          section(
            "differences",
            "What they do differently",
            differences.length === 0
              ? h("p", null, "Nothing: every page of one is a page of the others.")
              : table(
                  "Differences",
                  [{ title: "When" }, { title: "Incident" }, { title: "Paged by" }, { title: "Not paged by, and why" }],
                  differences.map(({ page, paged, other, reason }) => [
                    utc(page.at),
                    [badge(page.severity), " ", page.summary],
                    paged,
                    `${other}: ${reason}`,
                  ]),
                ),
          ),
      ),
      h(
        "footer",
        null,
        "A replay knows at no time what was delivered later. Its first days are those of a deployment without a past.",
      ),
    ),
  );
}

function runSection(run: BacktestRun, at: number): JSX.Element {
  const { name, pages, held, weeks, accounts, known } = run;
  return section(
    `run-${at + 1}`,
    name,
    h(
      "ul",
      null,
      backtestSummary(run).map((line) => h("li", null, line)),
    ),
    known && knownTable(known),
    h("h3", null, "Pages"),
    pages.length === 0
      ? h("p", null, "Nobody would have been woken.")
      : table(
          `Pages of ${name}`,
          [{ title: "When" }, { title: "Incident" }, { title: "After it began" }, { title: "Why" }],
          pages.map(({ at: when, severity, summary, after, paging }) => [
            utc(when),
            [badge(severity), " ", summary],
            duration(Math.max(0, after)),
            paging.reason,
          ]),
        ),
    h(
      "details",
      null,
      h("summary", null, `Medium or more, and nobody was woken: ${amount(held.length)}`),
      table(
        `Held back by ${name}`,
        [{ title: "Began" }, { title: "Incident" }, { title: "Why not" }],
        held.map(({ window, severity, summary, paging }) => [
          utc(window.start),
          [badge(severity), " ", summary],
          paging.reason,
        ]),
      ),
    ),
    h("h3", null, "By week and account"),
    table(
      `Weeks of ${name}`,
      [{ title: "Week from" }, { title: "Pages", numeric: true }, { title: "Held back", numeric: true }],
      weeks.map(({ start, pages: count, held: quiet }) => [utc(start), amount(count), amount(quiet)]),
    ),
    accounts.length > 0 &&
      table(
        `Accounts of ${name}`,
        [{ title: "Account" }, { title: "Pages", numeric: true }],
        accounts.map(({ id, alias, pages: count }) => [alias === id ? id : `${alias} (${id})`, amount(count)]),
      ),
  );
}

const OUTCOMES = { paged: "paged", held: "held back", missed: "missed" } as const;

function became(one: KnownOutcome): string {
  if (one.known.kind === "incident") return OUTCOMES[one.outcome];
  return isWronglyPaged(one) ? "paged, although benign" : "nobody was woken";
}

const knownTable = (known: readonly KnownOutcome[]): JSX.Element =>
  table(
    "What is known to have happened",
    [{ title: "Known" }, { title: "Became" }, { title: "After it began" }, { title: "Why not paged" }],
    known.map((one) => [
      `${one.known.name}${one.known.kind === "benign" ? " (benign)" : ""}`,
      became(one),
      one.after === null ? "" : duration(one.after),
      one.known.kind === "benign" ? "" : (one.reason ?? ""),
    ]),
  );
