import { alike } from "../domain/alike.ts";
import type { IncidentDraft } from "../domain/incident.ts";
import { type EpochMs, MINUTE } from "../domain/time.ts";
import type { KeptIncident, LiveIncident } from "../ports/live-incidents.ts";
import type { LiveConfig } from "./config.ts";
import { occasionOf, saidTogether } from "./occasion.ts";

/**
 * What an incident is after a run of grouping: the draft under its own id, with all that was said of those that have become
 * part of it. A revision is raised when readers would see something else.
 * @param before what is kept under the draft's id; `null` where it is new
 * @param absorbed kept under other ids
 */
export function revised(
  draft: IncidentDraft,
  before: KeptIncident | null,
  absorbed: readonly KeptIncident[],
  config: LiveConfig,
): LiveIncident {
  const all = before ? [before, ...absorbed] : absorbed;
  const revision = Math.max(0, ...all.map((one) => one.draft.revision));
  const formerIds = [...new Set(all.flatMap((one) => [...one.formerIds, one.draft.id]))]
    .filter((id) => id !== draft.id)
    .sort();
  const isSame =
    before !== null &&
    before.withdrawnAt === null &&
    sameContent(draft, before.draft) &&
    formerIds.length === before.formerIds.length;
  const incident: LiveIncident = {
    draft: { ...draft, revision: isSame ? before.draft.revision : revision + 1 },
    formerIds,
    saidRevision: Math.max(0, ...all.map((one) => one.saidRevision)),
    said: all.reduce((said, one) => saidTogether(said, one.said), null as LiveIncident["said"]),
    explained: (before ?? absorbed.find(({ explained }) => explained !== null))?.explained ?? null,
    notBefore: null,
    withdrawnAt: null,
  };
  if (isSame) return { ...incident, notBefore: before.notBefore };
  return { ...incident, notBefore: lookedAtFrom(incident, config) };
}

/** An incident of which nothing is left by what is known now. Of it people are told that it is over, if they were told of it. */
export function withdrawn(before: KeptIncident, now: EpochMs): LiveIncident {
  const { version: _, ...incident } = before;
  const reason = "not paged: by what was delivered since, there is nothing to it";
  const { draft } = incident;
  return {
    ...incident,
    draft: {
      ...draft,
      revision: draft.revision + 1,
      state: "closed",
      closedAt: now,
      paging: { paged: false, reason, heldBackBy: null },
    },
    notBefore: null,
    withdrawnAt: now,
  };
}

const sameContent = (a: IncidentDraft, b: IncidentDraft): boolean =>
  alike({ ...a, revision: 0 }, { ...b, revision: 0 });

/** What goes on is looked at now and then; what there is something to say of, at once. */
function lookedAtFrom(incident: LiveIncident, config: LiveConfig): EpochMs | null {
  if (incident.explained === null || occasionOf(incident, config) !== null) return null;
  return incident.explained.at + config.updateMinutes * MINUTE;
}
