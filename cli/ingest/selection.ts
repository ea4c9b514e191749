import type { Selects } from "#adapters/files/record-pass.ts";
import type { ReadSelection } from "#core/ports/event-source.ts";

/** Equal for selections that select the same, whatever the order of their lists; empty when everything is selected. */
export function selectionKey(selection: ReadSelection): string {
  if (selectionTest(selection) === null) return "";
  const { from, to, accounts, regions, eventNames } = selection;
  const lists = [accounts, regions, eventNames].map((list) => (list ? [...new Set(list)].sort() : null));
  return JSON.stringify([from ?? null, to ?? null, ...lists]);
}

/** The selection as a test of one event; `null` when everything is selected. */
export function selectionTest(selection: ReadSelection): Selects {
  const { from, to } = selection;
  const accounts = selection.accounts && new Set(selection.accounts);
  const regions = selection.regions && new Set(selection.regions);
  const names = selection.eventNames && new Set(selection.eventNames);
  if (from === undefined && to === undefined && !accounts && !regions && !names) return null;
  return (event) =>
    (from === undefined || event.time >= from) &&
    (to === undefined || event.time < to) &&
    (!accounts || accounts.has(event.account)) &&
    (!regions || regions.has(event.region)) &&
    (!names || names.has(event.action) || names.has(`${event.service}:${event.action}`));
}
