import { severityRank } from "../domain/finding.ts";
import type { Incident, IncidentDraft } from "../domain/incident.ts";
import type { Signal } from "../domain/signal.ts";
import type { TimeWindow } from "../domain/time.ts";
import type { Policy } from "../policies/policy.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { PriceBook } from "../ports/price-book.ts";
import { recommendedActions } from "./actions/playbook.ts";
import { caseOf } from "./case.ts";
import { potentialCauses } from "./causes.ts";
import { Dossier } from "./clues.ts";
import { costOf } from "./cost.ts";
import { factOfCleaning } from "./fact-of-cleaning.ts";
import { factOfMeasure } from "./fact-of-measure.ts";
import { factsAround } from "./facts-around.ts";
import { factsBefore } from "./facts-before.ts";
import { factsOfCallers } from "./facts-of-callers.ts";
import { factsOfFindings } from "./facts-of-findings.ts";
import { factsOfPatterns } from "./facts-of-patterns.ts";
import { factsOfSecondOpinion } from "./facts-of-second-opinion.ts";
import { factsOfThings } from "./facts-of-things.ts";
import { type Inquiry, readCaseEvents } from "./inquiry.ts";
import { measureOf } from "./measure.ts";
import { summarise } from "./summary.ts";

export interface ExplainContext {
  readonly store: EventStore;
  readonly directory: AccountDirectory;
  readonly priceBook: PriceBook;
  /** The signals that the draft's anomalies name. */
  readonly signals: readonly Signal[];
  readonly policies?: readonly Policy[];
  /** Of everything in the store. */
  readonly span: TimeWindow;
}

/**
 * Prices a draft, gathers the evidence and says what it may mean. Asks the store about a dozen questions for an
 * incident of severity medium or more, and about half of them for the others, which nobody is woken for. The same
 * draft and store give the same answer. Throws only what the store throws.
 */
export async function explainIncident(draft: IncidentDraft, context: ExplainContext): Promise<Incident> {
  const whole = caseOf(draft, context.signals);
  const events = await readCaseEvents(whole, context.store);
  const measure = measureOf(whole, events);
  // before, during and after are meant of the calls themselves, not of the detector's five minutes around them
  const subject = measure
    ? { ...whole, window: { start: measure.window.start, end: measure.window.start + measure.length } }
    : whole;
  const inquiry: Inquiry = {
    subject,
    store: context.store,
    directory: context.directory,
    policies: context.policies ?? [],
    span: context.span,
    events,
  };
  const thorough = severityRank(draft.severity) >= severityRank("medium");
  const dossier = new Dossier([
    ...factOfMeasure(subject, measure),
    ...factsOfFindings(subject),
    ...factsOfSecondOpinion(subject),
    ...factsOfCallers(subject),
    ...(await factsOfThings(inquiry)),
    ...factsOfPatterns(inquiry),
    ...(thorough ? await factOfCleaning(inquiry) : []),
    ...(thorough ? await factsBefore(inquiry) : []),
    ...(thorough ? await factsAround(inquiry) : []),
  ]);
  const cost = await costOf(inquiry, context.priceBook);
  const causes = potentialCauses(dossier);
  return {
    ...draft,
    cost,
    explanation: {
      summary: summarise(subject, measure, events),
      causes,
      actions: recommendedActions(subject, dossier, causes, cost),
    },
    evidence: dossier.evidence,
  };
}
