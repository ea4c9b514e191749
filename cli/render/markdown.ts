import type { Analysis, RollupGroup } from "#core/domain/analysis.ts";
import type { AsDelivered } from "#core/domain/as-delivered.ts";
import { SEVERITIES } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import { escapeMarkdown, markdownCode } from "#core/messages/escape.ts";
import { amount, counted, utc, utcWindow } from "#core/messages/format.ts";
import { costInBrief, dollarRange } from "#core/messages/money.ts";
import { costLines } from "#core/messages/notification.ts";
import { markdownLine } from "#core/messages/notification-markup.ts";
import { accountsLine, regionsLine } from "#core/messages/phrases.ts";
import { named, visible } from "#core/messages/visible.ts";
import { whoInFull } from "#core/messages/who.ts";
import { asDeliveredSummary, differenceHead, waitingTime, waitingWords } from "./as-delivered.ts";
import { isMuted, isPaged, summaryLines } from "./summary.ts";

/** Text of any origin as it may stand in Markdown. */
const plain = (text: string): string => escapeMarkdown(visible(text));

/** The analysis for an issue, a wiki or a pull request. */
export function renderMarkdown(analysis: Analysis): string {
  const paged = analysis.incidents.filter(isPaged);
  const digest = analysis.incidents.filter((incident) => !isPaged(incident) && !isMuted(incident));
  const muted = analysis.incidents.filter(isMuted);
  const blocks = [
    `# Trailwatch ${plain(analysis.version)}`,
    summaryLines(analysis)
      .map(({ label, text }) => `- **${label}**: ${plain(text)}`)
      .join("\n"),
    ...(paged.length === 0 ? [] : ["## Act on these", ...paged.map((incident) => incidentBlock(incident, "###"))]),
    ...(digest.length === 0 ? [] : ["## Digest: seen, and nobody was woken", incidentTable(digest)]),
    ...(muted.length === 0 ? [] : ["## Muted", incidentTable(muted)]),
    ...groups("By organizational unit", analysis.rollups.byOu),
    ...groups("By account type", analysis.rollups.byType),
    ...groups("By cost center", analysis.rollups.byCostCenter),
    ...(analysis.asDelivered ? deliveredBlocks(analysis.asDelivered) : []),
  ];
  return `${blocks.join("\n\n")}\n`;
}

export const renderIncidentMarkdown = (incident: Incident): string => `${incidentBlock(incident, "#")}\n`;

export const renderIncidentsMarkdown = (incidents: readonly Incident[]): string =>
  incidents.length === 0 ? "no incidents\n" : `${incidentTable(incidents)}\n`;

function incidentBlock(incident: Incident, level: string): string {
  const { explanation, evidence, accounts, principals, window } = incident;
  const heading = (title: string): string => `${level}# ${title}`;
  return [
    `${level} ${incident.severity.toUpperCase()}: ${plain(explanation.summary)}`,
    [
      `- **Where**: ${plain(accountsLine(accounts, 8))}${incident.regions.length === 0 ? "" : `; ${plain(regionsLine(incident.regions, 5))}`}`,
      `- **When**: ${utcWindow(window)}`,
      ...(principals.length === 0 ? [] : [`- **Who**: ${plain(whoInFull(incident, 6))}`]),
      ...incident.severityReasons.map((reason) => `- **Why ${incident.severity}**: ${plain(reason)}`),
      ...(incident.paging.paged && incident.expected.reasons.length > 0
        ? [`- **Paged**: not expected because ${plain(incident.expected.reasons.join("; "))}`]
        : []),
      ...(incident.paging.paged ? [] : [`- **Not paged**: ${plain(incident.paging.reason)}`]),
      `- **Incident**: ${markdownCode(named(incident.id))}, ${counted(incident.eventCount, "event")}`,
    ].join("\n"),
    heading("Potential causes"),
    explanation.causes
      .map(
        (cause) =>
          `- **${cause.confidence}** ${plain(cause.title)}${sides(cause.for, "for")}${sides(cause.against, "against")}`,
      )
      .join("\n"),
    heading("Recommended actions"),
    explanation.actions
      .flatMap(({ title, detail, consoleUrl, command }, at) => [
        `${at + 1}. ${plain(title)}`,
        ...(detail === "" ? [] : [`   - ${plain(detail)}`]),
        ...(consoleUrl === null ? [] : [`   - <${visible(consoleUrl)}>`]),
        ...(command === null ? [] : [`   - ${markdownCode(visible(command))}`]),
      ])
      .join("\n"),
    heading("Cost impact"),
    costLines(incident.cost)
      .map(({ kind, text }) => markdownLine({ kind, text: visible(text) }))
      .join("\n"),
    heading("Evidence"),
    evidence
      .flatMap(({ id, statement, query }) => [
        `- **${id}** ${plain(statement)}`,
        ...(query === null ? [] : [`  - ${markdownCode(visible(query))}`]),
      ])
      .join("\n"),
  ].join("\n\n");
}

const sides = (ids: readonly string[], side: string): string =>
  ids.length === 0 ? "" : `; ${side}: ${ids.join(", ")}`;

function incidentTable(incidents: readonly Incident[]): string {
  const rows = incidents.map(
    (incident) =>
      `| ${incident.severity} | ${plain(incident.explanation.summary)} | ${utcWindow(incident.window)} | ${plain(costInBrief(incident.cost))} | ${plain(incident.paging.reason)} |`,
  );
  return ["| Severity | What | When | Cost | Told |", "|---|---|---|---|---|", ...rows].join("\n");
}

function groups(title: string, rows: readonly RollupGroup[]): readonly string[] {
  if (rows.length < 2) return [];
  const lines = rows.map(({ key, accounts, events, incidents, spend }) => {
    const total = SEVERITIES.reduce((sum, severity) => sum + incidents[severity], 0);
    return `| ${plain(named(key))} | ${amount(accounts)} | ${amount(events)} | ${amount(total)} | ${plain(dollarRange(spend.addedPerHour))} | ${plain(dollarRange(spend.removedPerHour))} | ${amount(spend.unpricedEvents)} |`;
  });
  return [
    `## ${title}`,
    [
      "| | Accounts | Events | Incidents | Added per hour | Removed per hour | Events of unknown cost |",
      "|---|--:|--:|--:|--:|--:|--:|",
      ...lines,
    ].join("\n"),
  ];
}

function deliveredBlocks(delivered: AsDelivered): readonly string[] {
  const waiting = waitingWords(delivered);
  const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${plain(line)}`).join("\n");
  const rows = delivered.differences.map(
    (difference) =>
      `| ${difference.severity} | ${plain(difference.summary)} | ${plain(differenceHead(difference))} | ${plain(difference.reasons.join("; "))} |`,
  );
  const messages = delivered.messages.map(
    (message) =>
      `| ${utc(message.at)} | ${message.occasion} | ${message.severity} | ${plain(message.summary)} | ${plain(waitingTime(message))} | ${markdownCode(named(message.incident))} |`,
  );
  return [
    "## As delivered",
    bullets([...asDeliveredSummary(delivered), ...(waiting === null ? [] : [waiting])]),
    ...(rows.length === 0
      ? []
      : [["| Severity | What | How it differs | Because |", "|---|---|---|---|", ...rows].join("\n")]),
    ...(messages.length === 0
      ? []
      : [
          ["| Said | | Severity | What | Waited for | Incident |", "|---|---|---|---|---|---|", ...messages].join("\n"),
        ]),
  ];
}
