import { type ComponentChildren, h, type JSX } from "preact";
import { renderToString } from "preact-render-to-string";
import { STYLE } from "./style.ts";

export const html = (page: JSX.Element): string => `<!doctype html>\n${renderToString(page)}\n`;

export const main = (...children: ComponentChildren[]): JSX.Element => h("main", null, children);

/**
 * A self-contained page: no script, no request, every text escaped by the renderer, and a content security policy that
 * would stop a script or request if one got in all the same.
 */
export function document(title: string, ...children: ComponentChildren[]): JSX.Element {
  return h(
    "html",
    { lang: "en" },
    h(
      "head",
      null,
      h("meta", { charset: "utf-8" }),
      h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      h("meta", {
        "http-equiv": "Content-Security-Policy",
        content: "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
      }),
      h("meta", { name: "color-scheme", content: "light dark" }),
      h("link", { rel: "icon", href: "data:," }),
      h("title", null, title),
      h("style", { dangerouslySetInnerHTML: { __html: STYLE } }),
    ),
    h("body", null, children),
  );
}
