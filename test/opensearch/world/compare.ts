import { isDeepStrictEqual } from "node:util";
import type { Incident } from "#core/domain/incident.ts";
import { isoTime } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";

/** What must be the same of an incident, whoever counted. */
export const essence = ({ id, severity, accounts, principals, window, findings, paging, expected }: Incident) => ({
  id,
  severity,
  accounts: accounts.map((account) => account.id),
  principals,
  window: `${isoTime(window.start)} to ${isoTime(window.end)}`,
  findings: findings.map((finding) => finding.id),
  paged: paging.paged,
  expected: expected.expected,
});

export interface Difference {
  readonly id: string;
  readonly what: string;
}

/** Where two runs say other things: incidents that one of them has alone, and members that differ. */
export function differences(ours: readonly Incident[], theirs: readonly Incident[]): readonly Difference[] {
  const [a, b] = [byId(ours), byId(theirs)];
  const found: Difference[] = [];
  for (const id of new Set([...a.keys(), ...b.keys()])) {
    const [one, other] = [a.get(id), b.get(id)];
    if (!one || !other) found.push({ id, what: one ? "only here" : "missing here" });
    else {
      for (const member of Object.keys(one) as (keyof Incident)[]) {
        if (!isDeepStrictEqual(one[member], other[member])) found.push({ id, what: member });
      }
    }
  }
  return found;
}

const byId = (incidents: readonly Incident[]): ReadonlyMap<string, Incident> =>
  new Map(incidents.map((incident) => [incident.id, incident]));

/** A count in one line, so that lists of them can be compared and told apart. */
export const rollupLine = ({ signal, entity, bucket, value }: RollupRow): string =>
  [signal, entity.account, entity.region, entity.principal ?? "-", entity.resource ?? "-", isoTime(bucket), value].join(
    " ",
  );
