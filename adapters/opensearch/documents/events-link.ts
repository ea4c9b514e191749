import type { Incident } from "#core/domain/incident.ts";

/**
 * What a link to an incident's events in Discover says of the incident, its accounts and its window: the end of the
 * address, from the member of `_a` that is still missing there. The beginning, with the index pattern, stands once in the
 * index pattern of incidents (saved-objects/index-patterns.ts). Complete and encoded, as that inserts it as it is.
 */
export function eventsLink({ accounts, window }: Pick<Incident, "accounts" | "window">): string {
  const query = `account:(${accounts.map(({ id }) => quoted(id)).join(" or ")})`;
  const [from, to] = [window.start, window.end].map((time) => new Date(time).toISOString());
  return [
    encodeURIComponent(`query:(language:kuery,query:${risonText(query)}))`),
    `_g=${encodeURIComponent(`(filters:!(),time:(from:${risonText(from ?? "")},to:${risonText(to ?? "")}))`)}`,
  ].join("&");
}

/** A value in Dashboards' query language. */
const quoted = (value: string): string => `"${value.replace(/[\\"]/g, "\\$&")}"`;

/** A text in rison, the form in which Dashboards keeps state in addresses. */
const risonText = (text: string): string => `'${text.replace(/[!']/g, "!$&")}'`;
