import { h, type JSX } from "preact";
import type { Analysis, RollupGroup } from "#core/domain/analysis.ts";
import { SEVERITIES } from "#core/domain/finding.ts";
import { amount, utc } from "#core/messages/format.ts";
import { dollarRange } from "#core/messages/money.ts";
import { accountName } from "#core/messages/phrases.ts";
import { named } from "#core/messages/visible.ts";
import { section, table } from "./elements.ts";

/** What was read, what was left out and why, and what these logs cannot show. */
export function completeness({ ingest, accounts, unknownWindows }: Analysis): JSX.Element {
  const names = new Map(accounts.map(({ context }) => [context.id, accountName(context)]));
  const nameOf = (id: string): string => names.get(id) ?? named(id);
  const leftOut: (readonly [string, number])[] = [
    ["Duplicates, counted once", ingest.duplicates],
    ...Object.entries(ingest.quarantined).map(([reason, count]) => [`Quarantined: ${reason}`, count] as const),
    ["Left out by a filter", ingest.leftOut],
    ...Object.entries(ingest.filesLeftOut).map(([reason, count]) => [`Files left out: ${reason}`, count] as const),
  ];
  return section(
    "completeness",
    "Completeness",
    h(
      "p",
      null,
      `${amount(ingest.read)} records read from ${amount(ingest.files)} files; ${amount(ingest.stored)} kept.`,
    ),
    h(
      "ul",
      null,
      leftOut.filter(([, count]) => count > 0).map(([what, count]) => h("li", null, `${what}: ${amount(count)}`)),
    ),
    unknownWindows.length > 0 && [
      h("h3", null, "Where delivery was not healthy"),
      h("p", null, "In these windows nothing was taken for zero, and nothing was learnt."),
      table(
        "Windows without delivery",
        [{ title: "Account" }, { title: "From" }, { title: "To" }, { title: "Why" }],
        unknownWindows.map(({ account, window, reason }) => [
          nameOf(account),
          utc(window.start),
          utc(window.end),
          reason,
        ]),
      ),
    ],
    h("h3", null, "What each account's logs show"),
    table(
      "Coverage by account",
      [
        { title: "Account" },
        { title: "Type" },
        { title: "Events", numeric: true },
        { title: "First" },
        { title: "Last" },
        { title: "Regions", numeric: true },
        { title: "Data events" },
      ],
      accounts.map(({ context, coverage }) => [
        `${accountName(context)} (${named(context.id)})`,
        context.type,
        amount(coverage.events),
        utc(coverage.first),
        utc(coverage.last),
        String(coverage.regions.length),
        coverage.dataEvents
          ? coverage.dataEventServices.join(", ")
          : "not logged: object reads, invocations and the like cannot be seen",
      ]),
    ),
  );
}

export function rollupTables({ rollups }: Analysis): JSX.Element {
  return section(
    "rollups",
    "By organizational unit, type and cost center",
    rollupTable("By organizational unit", rollups.byOu),
    rollupTable("By account type", rollups.byType),
    rollupTable("By cost center", rollups.byCostCenter),
  );
}

function rollupTable(label: string, groups: readonly RollupGroup[]): JSX.Element {
  return h(
    "div",
    null,
    h("h3", null, label),
    table(
      label,
      [
        { title: "Group" },
        { title: "Accounts", numeric: true },
        { title: "Events", numeric: true },
        ...SEVERITIES.slice(1)
          .reverse()
          .map((severity) => ({ title: severity, numeric: true })),
        { title: "USD/hour added", numeric: true },
        { title: "unpriced", numeric: true },
      ],
      groups.map((group) => [
        named(group.key),
        amount(group.accounts),
        amount(group.events),
        ...SEVERITIES.slice(1)
          .reverse()
          .map((severity) => amount(group.incidents[severity])),
        dollarRange(group.spend.addedPerHour),
        amount(group.spend.unpricedEvents),
      ]),
    ),
  );
}
