import { h, type JSX } from "preact";
import { SEVERITIES } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import { amount, utc } from "#core/messages/format.ts";
import { dollarRange } from "#core/messages/money.ts";
import type { ReportModel } from "#core/report/model.ts";
import { accountCorrelation } from "#dashboards/account-correlation.ts";
import type { Chart } from "#dashboards/chart.ts";
import { heatMap } from "#dashboards/heat-map.ts";
import { incidentTimeline } from "#dashboards/incident-timeline.ts";
import { ranking } from "#dashboards/ranking.ts";
import { spendMeter } from "#dashboards/spend-meter.ts";
import { typeComparison } from "#dashboards/type-comparison.ts";
import { completeness, rollupTables } from "./completeness.ts";
import { document, html, main } from "./document.ts";
import { badge, figure, section, table } from "./elements.ts";
import { type DrawnTimeline, incidentCard } from "./incident-card.ts";
import { drawChart } from "./svg.ts";

/**
 * One self-contained HTML page: no script, no request, every text escaped by the renderer, and a content security policy
 * that would stop a script or request if one got in all the same. The same model gives the same bytes.
 */
export async function renderReport(model: ReportModel): Promise<string> {
  const { incidents } = model.analysis;
  const drawn = new Map<string, DrawnTimeline>();
  for (const incident of incidents) {
    const timeline = model.timelines[incident.id];
    if (timeline) drawn.set(incident.id, { timeline, svg: await drawChart(incidentTimeline, timeline.rows) });
  }
  const paged = incidents.filter((incident) => incident.paging.paged);
  const digest = incidents.filter((incident) => !incident.paging.paged);
  const page = document(
    "Trailwatch report",
    summary(model, paged, digest),
    main(
      section(
        "incidents",
        "Incidents",
        paged.length === 0 && h("p", null, "Nothing in these logs would have paged anybody."),
        paged.map((incident) => incidentCard(incident, drawn.get(incident.id))),
      ),
      digestSection(digest, drawn),
      section(
        "organization",
        "The organization",
        await chart(heatMap, model.heat),
        await chart(ranking, model.ranking),
        await chart(typeComparison, model.types),
        await chart(accountCorrelation, model.correlation),
      ),
      section("spend", "Spend meter", spendSentence(model), await chart(spendMeter, model.spend)),
      rollupTables(model.analysis),
      completeness(model.analysis),
    ),
    h(
      "footer",
      null,
      "Estimates are list prices without discounts. What these logs do not hold is not in this report: see Completeness.",
    ),
  );
  return html(page);
}

function summary({ analysis }: ReportModel, paged: readonly Incident[], digest: readonly Incident[]): JSX.Element {
  const { span, ingest, accounts, incidents } = analysis;
  const muted = incidents.filter((incident) => incident.mute !== null).length;
  const tiles: (readonly [string, string])[] = [
    [amount(paged.length), "would page"],
    [amount(digest.length), muted > 0 ? `in the digest, ${muted} of them muted` : "in the digest"],
    [amount(accounts.length), accounts.length === 1 ? "account" : "accounts"],
    [amount(ingest.stored), "events"],
    ...SEVERITIES.slice(1)
      .reverse()
      .map(
        (severity) =>
          [amount(incidents.filter((incident) => incident.severity === severity).length), severity] as const,
      ),
  ];
  return h(
    "header",
    null,
    h("h1", null, "What these AWS accounts did that they never did before"),
    h(
      "p",
      { class: "muted" },
      span
        ? `${utc(span.start)} to ${utc(span.end)}, from CloudTrail alone. Trailwatch ${analysis.version}.`
        : "No events.",
    ),
    h(
      "ul",
      { class: "tiles" },
      tiles.map(([figure, label]) => h("li", null, h("b", null, figure), label)),
    ),
    paged.length > 0 &&
      h(
        "ol",
        null,
        paged.map((incident) =>
          h(
            "li",
            null,
            badge(incident.severity),
            " ",
            h("a", { href: `#incident-${incident.id}` }, incident.explanation.summary),
          ),
        ),
      ),
  );
}

function digestSection(digest: readonly Incident[], drawn: ReadonlyMap<string, DrawnTimeline>): JSX.Element {
  return section(
    "digest",
    "Digest: not paged, and why",
    digest.length === 0
      ? h("p", null, "Nothing else was found.")
      : digest.map((incident) =>
          h(
            "details",
            null,
            h(
              "summary",
              null,
              badge(incident.severity),
              ` ${incident.explanation.summary} (${incident.paging.reason})`,
            ),
            incidentCard(incident, drawn.get(incident.id)),
          ),
        ),
  );
}

function spendSentence({ analysis }: ReportModel): JSX.Element {
  const { addedPerHour, removedPerHour, once, unpricedEvents, pricesAsOf, sources } = analysis.spend;
  return h(
    "div",
    null,
    table(
      "Spend meter",
      [{ title: "By list price" }, { title: "Estimate", numeric: true }],
      [
        ["Added by launches and creations, per hour", dollarRange(addedPerHour)],
        ["Taken away by terminations and deletions, per hour", dollarRange(removedPerHour)],
        ["Spent once (requests, tokens)", dollarRange(once)],
        ["Events that change spending by an amount nobody knows", amount(unpricedEvents)],
      ],
    ),
    h("p", null, h("small", null, `Prices as of ${pricesAsOf}. ${sources.join("; ")}.`)),
  );
}

async function chart<Row>(specification: Chart<Row>, rows: readonly Row[]): Promise<JSX.Element> {
  return h(
    "div",
    null,
    h("h3", null, specification.title),
    rows.length === 0
      ? h("p", { class: "muted" }, "Not enough data for this picture.")
      : figure(await drawChart(specification, rows), specification.title, specification.description),
  );
}
