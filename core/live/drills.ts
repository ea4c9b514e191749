import { TrailwatchError } from "../domain/errors.ts";
import type { PolicyViolation } from "../domain/finding.ts";
import type { EpochMs } from "../domain/time.ts";
import { type Drill, isDrillId, LONGEST_DRILL } from "../drill/drill.ts";
import { drillFinding, drillIncident, drillOver } from "../drill/drill-incident.ts";
import type { SubjectFindings } from "../ports/finding-store.ts";
import type { KeptIncident, LiveIncident, LiveIncidents } from "../ports/live-incidents.ts";
import { isOfKind, subjectOf } from "./subjects.ts";
import type { WatchContext } from "./watch-context.ts";

export const drillSubject = (id: string): string => subjectOf("drill", id);

/** What of a set only its sender wants to know: when the record arrived. */
const memoOf = ({ arrivedAt }: Drill): string => JSON.stringify({ arrivedAt });

/** Finds the drill that goes on, and takes back those that are over. */
export async function examineDrills({ ports, cache, writer, now }: WatchContext): Promise<void> {
  const last = (await ports.drills?.last()) ?? null;
  const current = last !== null && !last.over && now - last.arrivedAt < LONGEST_DRILL ? last : null;
  const subject = current === null ? null : drillSubject(current.id);
  const over = [...cache.sets].filter(
    (set) => isOfKind(set.subject, "drill") && set.findings.length > 0 && set.subject !== subject,
  );
  await writer.replace([
    ...over.map((set) => ({ subject: set.subject, findings: [], memo: null })),
    ...(current === null
      ? []
      : [{ subject: drillSubject(current.id), findings: [drillFinding(current)], memo: memoOf(current) }]),
  ]);
}

export const isDrill = ({ draft }: LiveIncident): boolean => isDrillId(draft.id);

/** Opens the incidents of drills, and closes them: apart from all others, whose grouping they never meet. */
export async function keepDrills(
  sets: Iterable<SubjectFindings>,
  kept: readonly KeptIncident[],
  incidents: LiveIncidents,
  now: EpochMs,
): Promise<void> {
  const current = new Map<string, PolicyViolation>();
  for (const { subject, findings } of sets) {
    const [finding] = findings;
    if (finding && isOfKind(subject, "drill")) current.set(finding.id, finding as PolicyViolation);
  }
  const known = kept.filter(isDrill);
  for (const [id, finding] of current) {
    if (known.some(({ draft }) => draft.id === id)) continue;
    await changed(incidents.put(drillIncident(finding, now), null));
  }
  for (const incident of known) {
    if (incident.draft.state === "closed" || current.has(incident.draft.id)) continue;
    await changed(incidents.put(drillOver(incident, now), incident.version));
  }
}

/** Whoever says it may have changed it meanwhile: then the next run looks again. */
async function changed(writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (!(error instanceof TrailwatchError) || error.code !== "CHANGED_MEANWHILE") throw error;
  }
}
