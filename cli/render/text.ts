import type { Analysis, RollupGroup } from "#core/domain/analysis.ts";
import type { AsDelivered } from "#core/domain/as-delivered.ts";
import { SEVERITIES, type Severity } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import { nanoUsd, parseUsdText } from "#core/domain/money.ts";
import { SAME_CALLS } from "#core/incidents/links.ts";
import { counted, listed, utcWindow } from "#core/messages/format.ts";
import { costInBrief, dollarRange } from "#core/messages/money.ts";
import { costLines } from "#core/messages/notification.ts";
import { accountsLine, regionsLine } from "#core/messages/phrases.ts";
import { named, visible } from "#core/messages/visible.ts";
import { whoLine } from "#core/messages/who.ts";
import { asDeliveredSummary, differenceHead, messageLine, waitingWords } from "./as-delivered.ts";
import { isMuted, isPaged, summaryLines } from "./summary.ts";
import { columns, type Style, Terminal, type TextOptions } from "./terminal.ts";

export type { TextOptions } from "./terminal.ts";

const STYLES: Readonly<Record<Severity, Style>> = {
  critical: ["bold", "white", "bgRed"],
  high: ["bold", "red"],
  medium: ["bold", "yellow"],
  low: "cyan",
  info: "dim",
};

/** Causes and actions told with a paged incident; `trailwatch show` has all of them. */
const CAUSES = 3;
const ACTIONS = 4;

/** The whole analysis for a terminal: ten seconds of summary, what pages, then the digest. */
export function renderText(analysis: Analysis, options: TextOptions): string {
  const terminal = new Terminal(options);
  const paged = analysis.incidents.filter(isPaged);
  const digest = analysis.incidents.filter((incident) => !isPaged(incident) && !isMuted(incident));
  const muted = analysis.incidents.filter(isMuted);
  const blocks = [
    summaryBlock(terminal, analysis),
    ...(paged.length === 0
      ? []
      : [terminal.rule("Act on these"), ...paged.map((incident) => compact(terminal, incident))]),
    ...(digest.length === 0
      ? []
      : [
          terminal.rule("Digest: seen, and nobody was woken"),
          digest.map((incident) => digestLine(terminal, incident)).join("\n"),
        ]),
    ...(muted.length === 0
      ? []
      : [terminal.rule("Muted"), muted.map((incident) => digestLine(terminal, incident)).join("\n")]),
    ...groupsBlock(terminal, analysis.rollups.byType),
    ...(analysis.asDelivered ? [deliveredBlock(terminal, analysis.asDelivered)] : []),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** One incident with everything that is known of it. */
export function renderIncident(incident: Incident, options: TextOptions): string {
  const terminal = new Terminal(options);
  const { explanation, evidence } = incident;
  const blocks = [
    [headline(terminal, incident), ...facts(terminal, incident)].join("\n"),
    section(
      terminal,
      "Potential causes",
      explanation.causes.map((cause) =>
        [
          terminal.wrap(`${cause.title}`, `  ${causeLabel(terminal, cause.confidence)} `, 9),
          ...(cause.for.length === 0 ? [] : [terminal.wrap(cause.for.join(", "), "         for: ", 14)]),
          ...(cause.against.length === 0 ? [] : [terminal.wrap(cause.against.join(", "), "         against: ", 18)]),
        ].join("\n"),
      ),
    ),
    section(
      terminal,
      "Recommended actions",
      explanation.actions.map((action, at) =>
        [
          terminal.wrap(visible(action.title), `${String(at + 1).padStart(3)}. `),
          ...(action.detail === "" ? [] : [terminal.wrap(visible(action.detail), "     ", 5, "dim")]),
          ...(action.consoleUrl === null ? [] : [`     ${visible(action.consoleUrl)}`]),
          ...(action.command === null ? [] : [`     $ ${visible(action.command)}`]),
        ].join("\n"),
      ),
    ),
    section(
      terminal,
      "Cost impact",
      costLines(incident.cost).map(({ kind, text }) =>
        kind === "detail" ? terminal.wrap(visible(text), "    - ") : terminal.wrap(visible(text), "  "),
      ),
    ),
    section(
      terminal,
      "Evidence",
      evidence.map(({ id, statement, eventIds, query }) =>
        [
          terminal.wrap(visible(statement), `  ${id.padEnd(4)}`),
          ...(eventIds.length === 0
            ? []
            : [
                terminal.wrap(
                  `events: ${listed(
                    eventIds.map((event) => named(event)),
                    3,
                  )}`,
                  "      ",
                  6,
                  "dim",
                ),
              ]),
          ...(query === null ? [] : [terminal.wrap(visible(query), "      ", 6, "dim")]),
        ].join("\n"),
      ),
    ),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** Incidents one line each, for lists. */
export function renderIncidentList(incidents: readonly Incident[], options: TextOptions): string {
  const terminal = new Terminal(options);
  if (incidents.length === 0) return "no incidents\n";
  return `${incidents.map((incident) => digestLine(terminal, incident)).join("\n")}\n`;
}

const section = (terminal: Terminal, title: string, lines: readonly string[]): string =>
  [terminal.style("bold", title), ...lines].join("\n");

function summaryBlock(terminal: Terminal, analysis: Analysis): string {
  const lines = summaryLines(analysis).map(({ label, text }) => {
    const first = `  ${label.padEnd(9)} `;
    return terminal.wrap(visible(text), `${terminal.style("bold", first)}`, columns(first));
  });
  return [terminal.style("bold", `Trailwatch ${named(analysis.version)}`), ...lines].join("\n");
}

const badge = (terminal: Terminal, severity: Severity): string =>
  terminal.style(STYLES[severity], severity.toUpperCase());

function headline(terminal: Terminal, incident: Incident): string {
  const label = incident.severity.toUpperCase();
  return terminal.wrap(
    visible(incident.explanation.summary),
    `${badge(terminal, incident.severity)}  `,
    label.length + 2,
    "bold",
  );
}

function facts(terminal: Terminal, incident: Incident): readonly string[] {
  const { accounts, principals, window, severityReasons, joinedBy, expected, paging, mute } = incident;
  const regions = regionsLine(incident.regions, 5);
  // that one launch is counted in several ways explains nothing to a reader
  const together = joinedBy.filter((reason) => reason !== SAME_CALLS);
  const line = (label: string, text: string): string => terminal.wrap(visible(text), `  ${label.padEnd(8)} `);
  return [
    line("where", `${accountsLine(accounts, 6)}${regions === "" ? "" : `; ${regions}`}`),
    line("when", utcWindow(window)),
    ...(principals.length === 0 ? [] : [line("who", whoLine(incident, 4))]),
    line("cost", costOf(incident)),
    ...(severityReasons.length === 0 ? [] : [line("why", severityReasons.join("; "))]),
    ...(paging.paged && expected.reasons.length > 0
      ? [line("paged", `not expected because ${expected.reasons.join("; ")}`)]
      : []),
    ...(expected.expected ? [line("expected", expected.reasons.join("; "))] : []),
    ...(together.length === 0 ? [] : [line("together", together.join("; "))]),
    ...(paging.paged ? [] : [line("quiet", mute === null ? paging.reason : `${mute.kind}: ${mute.reason}`)]),
    line("id", `${incident.id}, ${counted(incident.eventCount, "event")}, ${incident.state}`),
  ];
}

function costOf({ cost }: Incident): string {
  if (cost.status !== "priced" || cost.once !== null || parseUsdText(cost.perMonth.high) < nanoUsd(1))
    return costInBrief(cost);
  return `${dollarRange(cost.perDay)} per day, ${dollarRange(cost.perMonth)} per month if it goes on`;
}

function causeLabel(terminal: Terminal, confidence: string): string {
  const style: Style = confidence === "HIGH" ? "bold" : confidence === "MEDIUM" ? "reset" : "dim";
  return terminal.style(style, confidence.padEnd(6));
}

/** An incident that pages: its facts, the likeliest causes, the first steps. */
function compact(terminal: Terminal, incident: Incident): string {
  const { causes, actions } = incident.explanation;
  const more = actions.length - ACTIONS;
  return [
    headline(terminal, incident),
    ...facts(terminal, incident),
    ...causes.slice(0, CAUSES).map((cause, at) => {
      const first = at === 0 ? "  cause    " : "           ";
      const evidence = cause.for.length === 0 ? "" : ` (${listed(cause.for, 4)})`;
      return terminal.wrap(`${cause.title}${evidence}`, `${first}${causeLabel(terminal, cause.confidence)} `, 18);
    }),
    ...actions
      .slice(0, ACTIONS)
      .map((action, at) =>
        terminal.wrap(visible(action.title), `${at === 0 ? "  do      " : "          "} ${at + 1}. `),
      ),
    terminal.style(
      "dim",
      `           ${more > 0 ? `${counted(more, "more step")}, links, commands and evidence` : "links, commands and evidence"}: trailwatch show ${named(incident.id)}`,
    ),
  ].join("\n");
}

function digestLine(terminal: Terminal, incident: Incident): string {
  const label = incident.severity.toUpperCase().padEnd(8);
  const reason = incident.mute === null ? incident.paging.reason : `${incident.mute.kind}: ${incident.mute.reason}`;
  const first = `${terminal.style(STYLES[incident.severity], label)}  `;
  const told = `${incident.explanation.summary}; ${costInBrief(incident.cost)}`;
  return [
    terminal.wrap(visible(told), first, label.length + 2),
    terminal.wrap(
      visible(`${utcWindow(incident.window)}; ${reason} [${named(incident.id)}]`),
      " ".repeat(label.length + 2),
      label.length + 2,
      "dim",
    ),
  ].join("\n");
}

/** Account types side by side, where there is more than one. */
function groupsBlock(terminal: Terminal, groups: readonly RollupGroup[]): readonly string[] {
  if (groups.length < 2) return [];
  const lines = groups.map(({ key, accounts, events, incidents, spend }) => {
    const total = SEVERITIES.reduce((sum, severity) => sum + incidents[severity], 0);
    const first = `  ${named(key).padEnd(18)}`;
    return terminal.wrap(
      `${counted(accounts, "account")}, ${counted(events, "event")}, ${counted(total, "incident")}, ${dollarRange(spend.addedPerHour)} per hour added`,
      first,
      columns(first),
    );
  });
  return [[terminal.rule("By account type"), ...lines].join("\n")];
}

function deliveredBlock(terminal: Terminal, delivered: AsDelivered): string {
  const waiting = waitingWords(delivered);
  const line = (text: string, first = "  ", style?: Style): string =>
    terminal.wrap(visible(text), first, columns(first), ...(style ? [style] : []));
  return [
    terminal.rule("As delivered"),
    ...[...asDeliveredSummary(delivered), ...(waiting === null ? [] : [waiting])].map((text) => line(text)),
    ...delivered.differences.flatMap((difference) => [
      "",
      terminal.wrap(
        visible(difference.summary),
        `${badge(terminal, difference.severity)}  `,
        difference.severity.length + 2,
      ),
      line(differenceHead(difference)),
      ...difference.reasons.map((reason) => line(`because ${reason}`, "    ", "dim")),
    ]),
    ...(delivered.messages.length === 0 ? [] : ["", terminal.style("bold", "What would have been said")]),
    ...delivered.messages.map((message) => line(messageLine(message))),
  ].join("\n");
}
