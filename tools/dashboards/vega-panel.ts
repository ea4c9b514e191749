/**
 * What OpenSearch Dashboards does with a Vega visualization, without OpenSearch Dashboards: replaces the words in percent
 * signs in the search, asks the node, puts the answer in, and draws with the size of the panel
 * (src/plugins/vis_type_vega in its source).
 */
import * as vega from "vega";
import { compile } from "vega-lite";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";

export interface Context {
  /** The chosen time. */
  readonly from: number;
  readonly to: number;
  /** The person's filters, as queries. */
  readonly filters?: readonly object[];
}

type Json = Readonly<Record<string, unknown>>;

interface DataUrl {
  readonly index: string;
  readonly body: Json;
}

const FILTER_WORDS = /^%dashboard_context-(must|filter|must_not)_clause%$/;
const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** The body of the search that reaches the node. */
export function inContext(value: unknown, context: Context): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((member) => {
      const [, clause] = typeof member === "string" ? (FILTER_WORDS.exec(member) ?? []) : [];
      if (clause === undefined) return [inContext(member, context)];
      return clause === "filter" ? (context.filters ?? []) : [];
    });
  }
  if (typeof value !== "object" || value === null) return value;
  const word = (value as Json)["%timefilter%"];
  if (word === true) {
    const [gte, lte] = [context.from, context.to].map((time) => new Date(time).toISOString());
    return { gte, lte, format: "strict_date_optional_time" };
  }
  if (word === "min" || word === "max") {
    const { shift = 0, unit = "d" } = value as { shift?: number; unit?: string };
    return (word === "min" ? context.from : context.to) + shift * (UNITS[unit] ?? Number.NaN);
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inContext(member, context)]));
}

/** The specification with the node's answer in the place of its search. */
export async function answered(specification: Json, connection: OpenSearchConnection, context: Context): Promise<Json> {
  const { url, ...data } = specification["data"] as { readonly url: DataUrl } & Json;
  const { body } = await connection.send("POST", `/${encodeURIComponent(url.index)}/_search`, {
    body: inContext(url.body, context),
  });
  return { ...specification, data: { ...data, values: body } };
}

/** What an answered specification makes of its answer, before anything is drawn: rows, with whatever else they carry. */
export async function rowsOf({ data, transform }: Json): Promise<readonly Json[]> {
  const { spec } = compile({ data, transform, mark: "point" } as Parameters<typeof compile>[0]);
  const [mark] = spec.marks as readonly { readonly from: { readonly data: string } }[];
  const view = await new vega.View(vega.parse(spec), { renderer: "none", logLevel: vega.Error }).runAsync();
  try {
    return view.data(mark?.from.data ?? "");
  } finally {
    view.finalize();
  }
}

/** The picture in a panel of that size, in pixels. */
export async function drawn(
  specification: Json,
  size: { readonly width: number; readonly height: number },
): Promise<string> {
  const { spec } = compile({ ...specification, ...size } as Parameters<typeof compile>[0]);
  const view = new vega.View(vega.parse(spec), { renderer: "none", logLevel: vega.Error });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

// Dashboards' own, which a click calls.
vega.expressionFunction("opensearchDashboardsAddFilter", () => null);
