import type { UsualAmount } from "../domain/finding.ts";
import { amount, counted, duration, utcWindow } from "../messages/format.ts";
import { place } from "../messages/phrases.ts";
import { principalOf } from "../messages/principal.ts";
import { functionName, quantityOf } from "../messages/quantity.ts";
import { actorWords } from "../messages/who.ts";
import { anomaliesOf, type Case, signalOf } from "./case.ts";
import { type Clue, clue } from "./clues.ts";
import type { Measure } from "./measure.ts";
import { findingQuery } from "./sql.ts";

/** What the headline's number and its comparison rest on. */
export function factOfMeasure(subject: Case, measure: Measure | null): readonly Clue[] {
  const leads = anomaliesOf(subject.leads);
  const [lead, another] = leads;
  if (!measure || !lead) return [];
  const { total, window, caller, usual, events } = measure;
  const signal = signalOf(lead, subject.signals);
  const what = quantityOf(total, signal, lead.signal, another ? null : lead.entity.resource);
  const by = caller === null ? "" : ` by ${actorWords(caller, leads)}`;
  const accounts = subject.accounts.filter(({ id }) => leads.some(({ account }) => account === id));
  const where = place(accounts, [...new Set(leads.map(({ region }) => region))]);
  const how = events.length > 0 ? "" : ", by five-minute counts";
  const statement = `${what}${by} in ${duration(measure.length)} in ${where} (${utcWindow(window)})${how}${usual ? `; ${usualWords(usual, lead.historyDays)}` : ""}`;
  const ids = events.length > 0 ? events.map(({ id }) => id) : leads.flatMap(({ eventIds }) => eventIds);
  const counting = { ...lead, window, entity: { ...lead.entity, principal: caller ?? lead.entity.principal } };
  return [
    clue([], statement, {
      eventIds: ids,
      ...(another ? {} : { query: findingQuery(counting, signal) }),
      mentions: [
        ...accounts.flatMap(({ id, alias }) => [id, alias]),
        ...(caller === null ? [] : [caller, principalOf(caller).name, subject.session]),
        lead.entity.resource,
        functionName(lead.entity.resource ?? ""),
      ],
    }),
  ];
}

/** `usual there: 3.1 in 10 minutes whenever there are any, at most 13 (191 times in the 15 days before)`. */
const usualWords = ({ mean, most, span, occasions }: UsualAmount, historyDays: number): string =>
  `usual there: ${amount(mean)} in ${duration(span)} whenever there are any, at most ${amount(most)} (${counted(occasions, "time")} in the ${counted(Math.max(1, Math.floor(historyDays)), "day")} before)`;
