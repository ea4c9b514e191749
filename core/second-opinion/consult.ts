import type { DetectionConfig } from "../detection/config.ts";
import type { DeliveryHealth } from "../detection/delivery-health.ts";
import { type Anomaly, severityRank } from "../domain/finding.ts";
import { inOrder } from "../domain/in-order.ts";
import type { Signal } from "../domain/signal.ts";
import type { TimeWindow } from "../domain/time.ts";
import { completeAnomaly } from "../incidents/complete-anomaly.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { AskedWindow, DetectorResult, DetectorState, SecondOpinions } from "../ports/second-opinion.ts";
import { askedOf, attachOpinions, isWatchable } from "./attach-opinions.ts";
import { distinctFindings } from "./distinct-findings.ts";
import { anomaliesFoundAlone } from "./found-alone.ts";

export interface Consultation {
  readonly opinions: SecondOpinions;
  readonly store: EventStore;
  readonly directory: AccountDirectory;
  readonly signals: readonly Signal[];
  readonly health: DeliveryHealth;
  readonly config: DetectionConfig;
  readonly span: TimeWindow;
}

/**
 * The count model's anomalies with what the forest says of them, and those that the forest alone found and that are large
 * enough. Where the forest is not heard the count model's stand alone, and say so.
 */
export async function consult(anomalies: readonly Anomaly[], about: Consultation): Promise<readonly Anomaly[]> {
  const { opinions, store, directory, signals, span } = about;
  const detectors = await opinions.detectors(span.end);
  const results: DetectorResult[] = [];
  for await (const result of opinions.results(span, byImportance(anomalies, detectors))) results.push(result);
  const attached = await attachOpinions(anomalies, distinctFindings(results), detectors, { directory, opinions });
  const more: Anomaly[] = [];
  const drafts = await anomaliesFoundAlone(attached.alone, about);
  for await (const anomaly of inOrder(drafts, (draft) => completeAnomaly(draft, store, signals))) more.push(anomaly);
  return [...attached.anomalies, ...more];
}

/** The gravest and surest first. */
function byImportance(anomalies: readonly Anomaly[], detectors: readonly DetectorState[]): readonly AskedWindow[] {
  const watched = new Set(detectors.map(({ signal }) => signal));
  return anomalies
    .filter((anomaly) => watched.has(anomaly.signal) && isWatchable(anomaly))
    .sort(
      (a, b) =>
        severityRank(b.severity) - severityRank(a.severity) || b.grade - a.grade || a.window.start - b.window.start,
    )
    .map(askedOf);
}
