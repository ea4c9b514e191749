import { type ComponentChildren, h, type JSX } from "preact";
import { renderToString } from "preact-render-to-string";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import type { SavedObject } from "#adapters/opensearch/saved-objects/saved-object.ts";
import { answered, type Context, drawn, inContext } from "./vega-panel.ts";

/** Pixels of a page of 48 columns, of a row of the grid, between panels, and of a panel's title. */
const PAGE = 1280;
const ROW = 20;
const GAP = 8;
const TITLE = 28;
/** A whole dashboard is to be seen at a glance; its charts are pictures of their own. */
const OVERVIEW = 0.6;

interface GridData {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Drawer {
  readonly objects: readonly SavedObject[];
  readonly connection: OpenSearchConnection;
  readonly context: Context;
}

interface Picture {
  readonly name: string;
  readonly html: string;
}

/**
 * A dashboard with its charts and lists filled by the node, and each of these by itself; our own drawing of the layout,
 * not a photograph of OpenSearch Dashboards.
 */
export async function dashboardPages(dashboard: SavedObject, drawer: Drawer): Promise<readonly Picture[]> {
  const panels = JSON.parse(String(dashboard.attributes["panelsJSON"])) as readonly {
    readonly gridData: GridData;
    readonly panelRefName: string;
  }[];
  const pictures: Picture[] = [];
  const placed: JSX.Element[] = [];
  for (const { gridData, panelRefName } of panels) {
    const reference = dashboard.references.find(({ name }) => name === panelRefName);
    const object = drawer.objects.find(({ type, id }) => type === reference?.type && id === reference.id);
    if (!object) throw new Error(`${dashboard.id} shows an object that is not there: ${reference?.id}`);
    const { left, top, width, height } = pixels(gridData);
    const panel = await panelOf(object, { width, height }, drawer);
    placed.push(h("div", { style: `position:absolute;left:${left}px;top:${top}px` }, panel));
    if (isOwnPicture(object)) pictures.push({ name: nameOf(object), html: page(panel, width, height, 1) });
  }
  const bottom = Math.max(...panels.map(({ gridData }) => gridData.y + gridData.h));
  return [{ name: nameOf(dashboard), html: page(placed, PAGE, bottom * (ROW + GAP), OVERVIEW) }, ...pictures];
}

/** `trailwatch-chart-spend-meter` without what all have in common. */
const nameOf = ({ id }: SavedObject): string => id.replace(/^.*trailwatch-(chart-|search-)?/, "");

const visState = (object: SavedObject) => JSON.parse(String(object.attributes["visState"]));
/** The charts, and the list of incidents; other lists look alike. */
const isOwnPicture = (object: SavedObject): boolean =>
  object.type === "search" ? nameOf(object) === "incidents" : visState(object).type === "vega";

const pixels = ({ x, y, w, h: height }: GridData) => ({
  left: Math.round((x * PAGE) / 48),
  top: y * (ROW + GAP),
  width: Math.round((w * PAGE) / 48) - GAP,
  height: height * (ROW + GAP) - GAP,
});

async function panelOf(
  object: SavedObject,
  size: { readonly width: number; readonly height: number },
  drawer: Drawer,
): Promise<JSX.Element> {
  const title = String(object.attributes["title"]).replace(/^[^:]*: /, "");
  if (object.type === "search") return panel(title, size, await table(object, size.height - TITLE, drawer));
  const { type, params } = visState(object);
  if (type === "markdown") return panel(null, size, links(params.markdown));
  if (type === "input_control_vis") return panel(null, size, controls(params.controls));
  const specification = await answered(JSON.parse(params.spec), drawer.connection, drawer.context);
  const svg = await drawn(specification, { width: size.width - 16, height: size.height - TITLE - 12 });
  return panel(title, size, h("div", { dangerouslySetInnerHTML: { __html: svg } }));
}

const panel = (
  title: string | null,
  { width, height }: { readonly width: number; readonly height: number },
  content: ComponentChildren,
): JSX.Element =>
  h(
    "div",
    { class: "panel", style: `width:${width}px;height:${height}px` },
    title === null ? null : h("div", { class: "title" }, title),
    content,
  );

/** `[**text**](address)` between plain text, which is all that is written there. */
const links = (markdown: string): JSX.Element =>
  h(
    "p",
    null,
    markdown.split(/(\[\*\*[^*]*\*\*\]\([^)]*\))/).map((part) => {
      const [, text] = /^\[\*\*([^*]*)/.exec(part) ?? [];
      return text === undefined ? part : h("b", null, h("a", null, text));
    }),
  );

const controls = (all: readonly { readonly label: string }[]): JSX.Element =>
  h(
    "div",
    { class: "controls" },
    all.map(({ label }) => h("label", null, label, h("div", null, "Select ..."))),
  );

const ROW_OF_TABLE = 25;

async function table(
  search: SavedObject,
  height: number,
  { objects, connection, context }: Drawer,
): Promise<JSX.Element> {
  const pattern = objects.find(({ id }) => id === search.references[0]?.id);
  const time = String(pattern?.attributes["timeFieldName"]);
  const formats = JSON.parse(String(pattern?.attributes["fieldFormatMap"] ?? "{}"));
  const { query } = JSON.parse(
    (search.attributes["kibanaSavedObjectMeta"] as { searchSourceJSON: string }).searchSourceJSON,
  );
  const columns = [time, ...(search.attributes["columns"] as readonly string[])];
  const { body } = await connection.send("POST", `/${pattern?.attributes["title"]}/_search`, {
    query: { ignore_unavailable: true },
    body: inContext(
      {
        size: Math.floor(height / ROW_OF_TABLE) - 1,
        sort: [{ [time]: { order: "desc", unmapped_type: "date" } }],
        query: {
          bool: {
            filter: [{ range: { [time]: { "%timefilter%": true } } }, ...(query.query ? [inLucene(query.query)] : [])],
          },
        },
      },
      context,
    ),
  });
  const rows = body.hits.hits.map(({ _source }: { _source: Readonly<Record<string, unknown>> }) =>
    columns.map((column) =>
      formats[column]
        ? h("a", null, formats[column].params.labelTemplate)
        : column === time
          ? new Date(_source[column] as number).toISOString().slice(0, 16).replace("T", " ")
          : [_source[column] ?? ""].flat().join(", "),
    ),
  );
  return h(
    "table",
    null,
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        columns.map((column) => h("th", null, column)),
      ),
    ),
    h(
      "tbody",
      null,
      rows.map((cells: readonly ComponentChildren[]) =>
        h(
          "tr",
          null,
          cells.map((cell) => h("td", null, cell)),
        ),
      ),
    ),
    rows.length === 0 ? h("caption", null, "No results match your search criteria") : null,
  );
}

/** Dashboards' language, as far as the saved searches of these panels use it, in the one that the node itself reads. */
const inLucene = (query: string): object => ({
  query_string: { query: query.replace(/ and /g, " AND ").replace(/ or /g, " OR ") },
});

const STYLE = `
body{margin:0;background:#f5f7fa;font:12px "DejaVu Sans",sans-serif;color:#343741}
.panel{position:relative;box-sizing:border-box;padding:4px 8px;background:#fff;border:1px solid #d3dae6;border-radius:4px;overflow:hidden}
.title{height:24px;font-weight:bold;line-height:24px}
table{border-collapse:collapse;width:100%;font-size:11px;white-space:nowrap}
th{text-align:left}
td,th{padding:3px 12px 3px 0;height:18px;max-width:420px;overflow:hidden;text-overflow:ellipsis;border-bottom:1px solid #eef1f6}
a{color:#006bb4;text-decoration:underline}
caption{caption-side:bottom;padding:24px;color:#69707d}
.controls{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;padding:8px}
.controls div{border:1px solid #d3dae6;border-radius:4px;padding:6px;color:#98a2b3;margin-top:4px}
`;

const page = (content: ComponentChildren, width: number, height: number, zoom: number): string =>
  `<!doctype html>${renderToString(
    h(
      "html",
      null,
      h("head", null, h("meta", { charset: "utf-8" }), h("style", { dangerouslySetInnerHTML: { __html: STYLE } })),
      h(
        "body",
        null,
        h(
          "div",
          { id: "picture", style: `position:relative;width:${width}px;height:${height}px;zoom:${zoom}` },
          content,
        ),
      ),
    ),
  )}`;
