import { type ComponentChildren, h, type JSX } from "preact";
import type { Severity } from "#core/domain/finding.ts";

export type Children = ComponentChildren;

export const section = (id: string, title: string, ...children: Children[]): JSX.Element =>
  h("section", { id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title` }, title), ...children);

export const badge = (severity: Severity): JSX.Element => h("span", { class: `badge severity-${severity}` }, severity);

export const facts = (rows: readonly (readonly [string, Children])[]): JSX.Element =>
  h(
    "dl",
    { class: "facts" },
    rows.map(([term, value]) => [h("dt", null, term), h("dd", null, value)]),
  );

/** A picture with its caption; wide ones scroll inside their own box, so that the page never does. */
export const figure = (svg: string, title: string, caption: string): JSX.Element =>
  h(
    "figure",
    null,
    // The SVG is our own renderer's output, in which every text from the logs is already escaped.
    h("div", {
      class: "scroll",
      role: "img",
      "aria-label": `${title}: ${caption}`,
      tabindex: 0,
      dangerouslySetInnerHTML: { __html: svg },
    }),
    h("figcaption", null, caption),
  );

export interface Column {
  readonly title: string;
  readonly numeric?: boolean;
}

export const table = (label: string, columns: readonly Column[], rows: readonly (readonly Children[])[]): JSX.Element =>
  h(
    "div",
    { class: "scroll", role: "region", "aria-label": label, tabindex: 0 },
    h(
      "table",
      null,
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          columns.map(({ title, numeric }) => h("th", { scope: "col", class: numeric ? "number" : undefined }, title)),
        ),
      ),
      h(
        "tbody",
        null,
        rows.map((row) =>
          h(
            "tr",
            null,
            row.map((cell, at) => h("td", { class: columns[at]?.numeric ? "number" : undefined }, cell)),
          ),
        ),
      ),
    ),
  );
