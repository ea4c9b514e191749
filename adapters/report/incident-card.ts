import { h, type JSX } from "preact";
import type { CostImpact } from "#core/domain/finding.ts";
import type { Incident, PotentialCause, RecommendedAction } from "#core/domain/incident.ts";
import { SAME_CALLS } from "#core/incidents/links.ts";
import { utcWindow } from "#core/messages/format.ts";
import { dollarRange } from "#core/messages/money.ts";
import { accountsLine, regionsLine } from "#core/messages/phrases.ts";
import { whoLine } from "#core/messages/who.ts";
import type { IncidentTimeline } from "#core/report/model.ts";
import { badge, facts, figure } from "./elements.ts";

export interface DrawnTimeline {
  readonly timeline: IncidentTimeline;
  readonly svg: string;
}

/** Everything about one incident that a person needs to decide, most important first. */
export function incidentCard(incident: Incident, drawn: DrawnTimeline | undefined): JSX.Element {
  const { expected } = incident;
  const together = incident.joinedBy.filter((reason) => reason !== SAME_CALLS);
  return h(
    "article",
    {
      class: `incident severity-${incident.severity}`,
      id: `incident-${incident.id}`,
      "aria-labelledby": `title-${incident.id}`,
    },
    h(
      "p",
      null,
      badge(incident.severity),
      " ",
      h("small", null, `${incident.id} · ${incident.state} · ${incident.paging.reason}`),
    ),
    h("h3", { id: `title-${incident.id}` }, incident.explanation.summary),
    facts([
      ["When", utcWindow(incident.window)],
      ["Accounts", accountsLine(incident.accounts, 6)],
      ["Regions", regionsLine(incident.regions, 6)],
      ["Who", incident.principals.length === 0 ? "unknown" : whoLine(incident, 5)],
      ["Why this severity", incident.severityReasons.join("; ")],
      ...(together.length > 0 ? [["Why one incident", together.join("; ")] as const] : []),
      ...(expected.reasons.length > 0
        ? [[expected.expected ? "Expected because" : "Not expected because", expected.reasons.join("; ")] as const]
        : []),
    ]),
    h("h4", null, "Cost impact"),
    cost(incident.cost),
    drawn && figure(drawn.svg, drawn.timeline.signal, caption(drawn.timeline)),
    h("h4", null, "Potential causes"),
    h(
      "ul",
      null,
      incident.explanation.causes.map((cause) => causeItem(cause, incident)),
    ),
    h("h4", null, "Recommended actions"),
    h("ol", null, incident.explanation.actions.map(actionItem)),
    h(
      "details",
      null,
      h("summary", null, `Evidence (${incident.eventCount} events)`),
      incident.evidence.map((evidence) => [
        h("p", { id: `evidence-${incident.id}-${evidence.id}` }, h("b", null, evidence.id), " ", evidence.statement),
        evidence.query && h("pre", null, h("code", null, evidence.query)),
        evidence.eventIds.length > 0 &&
          h(
            "p",
            null,
            h("small", null, "Events: ", evidence.eventIds.slice(0, 5).join(", "), more(evidence.eventIds.length - 5)),
          ),
      ]),
    ),
  );
}

const more = (count: number): string => (count > 0 ? ` and ${count} more` : "");

function caption({ signal, where, intervalMinutes }: IncidentTimeline): string {
  return `${signal}, ${where}, per ${intervalMinutes} minutes: as it was (line), what was expected (grey), the incident (red).`;
}

function cost(impact: CostImpact): JSX.Element {
  switch (impact.status) {
    case "none":
      return h("p", null, "Nothing in it costs money by itself.");
    case "unpriced":
      return h("p", null, `Unpriced: ${impact.reason}`);
    case "priced":
      return h(
        "div",
        null,
        h(
          "p",
          null,
          h("b", null, `${dollarRange(impact.perDay)} a day`),
          `, ${dollarRange(impact.perMonth)} a month if it continues`,
        ),
        impact.once && h("p", null, `Spent once: ${dollarRange(impact.once)}`),
        h(
          "details",
          null,
          h("summary", null, "How this was estimated"),
          h(
            "ul",
            null,
            [...impact.basis, ...impact.assumptions, ...impact.leftOut.map((left) => `Left out: ${left}`)].map((line) =>
              h("li", null, line),
            ),
          ),
        ),
      );
  }
}

/** Statements told beside a cause, strongest first; the rest stands in the evidence. */
const TOLD = 3;

function causeItem(cause: PotentialCause, incident: Incident): JSX.Element {
  const told = (side: string, ids: readonly string[]): JSX.Element | null => {
    if (ids.length === 0) return null;
    const statements = ids
      .slice(0, TOLD)
      .map((id) => incident.evidence.find((evidence) => evidence.id === id)?.statement ?? id);
    const rest = ids.slice(TOLD);
    const also = rest.length > 0 ? ` (also ${rest.join(", ")})` : "";
    return h("p", null, h("small", null, `${side}: ${statements.join("; ")}${also}`));
  };
  return h(
    "li",
    null,
    h("b", null, cause.title),
    ` (${cause.confidence})`,
    told("For", cause.for),
    told("Against", cause.against),
  );
}

function actionItem(action: RecommendedAction): JSX.Element {
  return h(
    "li",
    null,
    h("b", null, action.title),
    action.detail ? ` ${action.detail}` : null,
    action.consoleUrl && [
      " ",
      h("a", { href: action.consoleUrl, rel: "noreferrer" }, `Open in the console: ${action.title}`),
    ],
    action.command && h("pre", null, h("code", null, action.command)),
  );
}
