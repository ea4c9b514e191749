import type { CostImpact } from "../domain/finding.ts";
import type { Evidence, Incident, PotentialCause } from "../domain/incident.ts";
import { utcWindow } from "./format.ts";
import { costInBrief, dollarRange, isZeroRange } from "./money.ts";
import { accountsLine, regionsLine } from "./phrases.ts";
import { secondOpinionLine } from "./second-opinion.ts";
import { named, shorten, visible } from "./visible.ts";
import { whoInFull } from "./who.ts";

/** What is said, apart from how it is marked up: a heading and its lines. */
export interface Section {
  readonly heading: string;
  readonly lines: readonly Line[];
}

/** One line of a section: a fact, an item of a list, or what belongs to the item before. */
export interface Line {
  readonly kind: "text" | "item" | "detail" | "code" | "link";
  readonly text: string;
}

export const TITLE = "🚨 AWS Usage Anomaly Detected - Enhanced Insights";
export const HEADINGS = {
  summary: "📊 ANOMALY SUMMARY:",
  causes: "🔍 POTENTIAL CAUSES:",
  actions: "💡 RECOMMENDED ACTIONS:",
  cost: "💰 COST IMPACT:",
} as const;

export interface NotificationOptions {
  /** Where the reader finds the evidence, e.g. `trailwatch show 20261103-1k2j3h4g`; left out where there is no such place. */
  readonly more?: string;
  /** What was counted shortly before the message: `47 instances launched in the 80 minutes before this message`. */
  readonly lately?: string;
  /** What was billed before, or why that is not known, as a sentence. */
  readonly billed?: string;
  /** Sections that are not made here; nothing is said in their place. */
  readonly without?: readonly ("causes" | "cost")[];
}

/** Evidence told beside a cause; the rest is named by number. */
const TOLD = 2;

const text = (value: string): Line => ({ kind: "text", text: value });
const item = (value: string): Line => ({ kind: "item", text: value });
const detail = (value: string): Line => ({ kind: "detail", text: value });

/** The message in its four sections, one visible line each: who reads it at night reads the first three lines. */
export function notificationSections(incident: Incident, options: NotificationOptions = {}): readonly Section[] {
  const { without = [], billed } = options;
  const causes = {
    heading: HEADINGS.causes,
    lines: incident.explanation.causes.flatMap((cause) => causeLines(cause, incident.evidence)),
  };
  const cost = {
    heading: HEADINGS.cost,
    lines: [...costLines(incident.cost), ...(billed === undefined ? [] : [text(billed)])],
  };
  return [
    { heading: HEADINGS.summary, lines: summaryLines(incident, options) },
    ...(without.includes("causes") ? [] : [causes]),
    { heading: HEADINGS.actions, lines: actionLines(incident) },
    ...(without.includes("cost") ? [] : [cost]),
  ].map(({ heading, lines }) => ({ heading, lines: lines.map((line) => ({ ...line, text: visible(line.text) })) }));
}

function summaryLines(incident: Incident, options: NotificationOptions): readonly Line[] {
  const { accounts, principals, severityReasons } = incident;
  const regions = regionsLine(incident.regions, 4);
  const opinion = secondOpinionLine(incident.findings);
  return [
    text(`${incident.severity.toUpperCase()}: ${incident.explanation.summary}`),
    ...(principals.length === 0 ? [] : [text(`Who: ${whoInFull(incident, 3)}`)]),
    text(`Where: ${accountsLine(accounts, 6)}${regions === "" ? "" : `; ${regions}`}`),
    text(`When: ${utcWindow(incident.window)}`),
    ...(options.lately === undefined ? [] : [text(`Lately: ${options.lately}`)]),
    ...(options.without?.includes("cost") ? [] : [text(`Cost: ${costInBrief(incident.cost)}`)]),
    ...(opinion === null ? [] : [text(`Second opinion: ${opinion}`)]),
    ...(severityReasons.length === 0
      ? []
      : [
          text(
            `Why ${incident.severity}: ${severityReasons
              .slice(0, 3)
              .map((reason) => named(reason, 200))
              .join("; ")}`,
          ),
        ]),
    ...(incident.paging.paged && incident.expected.reasons.length > 0
      ? [text(`Not expected because ${named(incident.expected.reasons.join("; "), 300)}`)]
      : []),
    text(
      `Incident: ${named(incident.id)}${incident.revision > 1 ? `, revision ${incident.revision}` : ""}${incident.state === "closed" ? ", closed" : ""}`,
    ),
    ...(options.more === undefined ? [] : [text(`More: ${options.more}`)]),
  ];
}

function causeLines(cause: PotentialCause, evidence: readonly Evidence[]): readonly Line[] {
  const told = [...reasons("for", cause.for, evidence), ...reasons("against", cause.against, evidence)];
  const title = cause.id === "unknown" ? cause.title : `${cause.confidence}: ${cause.title}`;
  return [item(title), ...told.map(detail)];
}

/** Ids come strongest first. */
function reasons(side: "for" | "against", ids: readonly string[], evidence: readonly Evidence[]): readonly string[] {
  const statements = ids.flatMap((id) => {
    const found = evidence.find((fact) => fact.id === id);
    return found ? [`${shorten(found.statement, 160)} [${id}]`] : [];
  });
  const shown = statements.slice(0, TOLD);
  const rest = ids.slice(TOLD);
  const also = rest.length === 0 ? "" : ` (also ${rest.join(", ")})`;
  return shown.map((statement, at) => `${side}: ${statement}${at === shown.length - 1 ? also : ""}`);
}

const actionLines = ({ explanation }: Incident): readonly Line[] =>
  explanation.actions.flatMap(({ title, detail: more, consoleUrl, command }, at) => [
    item(`${at + 1}. ${title}`),
    ...(more === "" ? [] : [detail(more)]),
    ...(consoleUrl === null ? [] : [{ kind: "link", text: consoleUrl } as const]),
    ...(command === null ? [] : [{ kind: "code", text: command } as const]),
  ]);

/** The estimate for the day and the month, and what it rests on. */
export function costLines(cost: CostImpact): readonly Line[] {
  if (cost.status === "none") return [text("Nothing in it costs money by itself.")];
  if (cost.status === "unpriced") {
    return [
      text("Estimated additional cost: unknown, which does not mean none."),
      detail(`No price: ${named(cost.reason, 300)}`),
    ];
  }
  const once =
    cost.once === null || isZeroRange(cost.once) ? [] : [text(`Spent so far on use: ${dollarRange(cost.once)}`)];
  return [
    text(
      isZeroRange(cost.perDay)
        ? "Estimated additional cost: $0 per day, as what was added was released again"
        : `Estimated additional cost: ${dollarRange(cost.perDay)} per day`,
    ),
    text(`Monthly projection if the pattern continues: ${dollarRange(cost.perMonth)}`),
    ...once,
    ...cost.basis.slice(0, 4).map((line) => detail(named(line, 200))),
    ...cost.assumptions.map((line) => detail(named(line, 200))),
    ...cost.leftOut.map((line) => detail(`Not in it: ${named(line, 200)}`)),
  ];
}

/** Plain text, for e-mail and the terminal. */
export function notificationText(incident: Incident, options: NotificationOptions = {}): string {
  const parts = notificationSections(incident, options).map(({ heading, lines }) =>
    [heading, ...lines.map(plainLine)].join("\n"),
  );
  return `${[TITLE, ...parts].join("\n\n")}\n`;
}

function plainLine({ kind, text: value }: Line): string {
  if (kind === "text") return value;
  if (kind === "item") return /^\d+\. /.test(value) ? value : `- ${value}`;
  return kind === "code" ? `   $ ${value}` : `   ${value}`;
}

/** SNS takes fewer than 100 ASCII characters and no line break. */
const SUBJECT = 99;

/** `[HIGH] 47 instances launched in 10 minutes in prod-main`: severity and the sentence's beginning. */
export function emailSubject({ severity, explanation }: Incident): string {
  const ascii = visible(`[${severity.toUpperCase()}] ${explanation.summary}`)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/…/g, "...")
    .replace(/[^\x20-\x7e]/g, "?");
  if (ascii.length <= SUBJECT) return ascii;
  const cut = ascii.slice(0, SUBJECT - 3);
  // a whole word, where one ends near
  const space = cut.lastIndexOf(" ");
  return `${(space > SUBJECT - 25 ? cut.slice(0, space) : cut).replace(/[\s,(]+$/, "")}...`;
}
