import { isDeepStrictEqual } from "node:util";
import type { Finding } from "#core/domain/finding.ts";
import type { IncidentDraft } from "#core/domain/incident.ts";
import { BUCKET, bucketStart, type EpochMs } from "#core/domain/time.ts";
import { essence } from "../../unit/live/outcome.ts";
import type { Delivery } from "./deliveries.ts";

/** A record that came after its bucket had closed. */
interface Late {
  readonly account: string;
  readonly region: string;
  readonly time: EpochMs;
}

/** @param lateness after the end of a bucket, it closes */
export function lateRecords(deliveries: readonly Delivery[], lateness: EpochMs): readonly Late[] {
  const seen = new Set<string>();
  return deliveries.flatMap(({ at, records }) =>
    records.flatMap(({ eventID, eventTime, recipientAccountId, awsRegion }) => {
      const time = Date.parse(eventTime);
      const isNew = !seen.has(eventID);
      seen.add(eventID);
      const isLate = isNew && at > bucketStart(time) + BUCKET + lateness;
      return isLate ? [{ account: recipientAccountId, region: awsRegion, time }] : [];
    }),
  );
}

/** Where what was found as it came is not what one analysis of it all finds. */
export interface Difference {
  readonly incident: string;
  readonly what: string;
  /** `null`: nothing that came late explains it. */
  readonly reason: string | null;
}

export function differences(
  expected: readonly IncidentDraft[],
  found: readonly IncidentDraft[],
  late: readonly Late[],
): readonly Difference[] {
  const missing = findingsOf(expected, found).map(([incident, finding]) => ({
    incident: incident.id,
    what: `${described(finding)} is missing`,
    reason: reasonOf(finding, late),
  }));
  const more = findingsOf(found, expected).map(([incident, finding]) => ({
    incident: incident.id,
    what: `${described(finding)} is there alone`,
    reason: reasonOf(finding, late),
  }));
  const affected = new Set([...missing, ...more].map(({ incident }) => incident));
  return [...missing, ...more, ...otherwise(expected, found, affected)];
}

/** Findings that are only in the first ones, with their incidents. */
function findingsOf(
  these: readonly IncidentDraft[],
  those: readonly IncidentDraft[],
): readonly (readonly [IncidentDraft, Finding])[] {
  const known = new Set(those.flatMap(({ findings }) => findings.map(({ id }) => id)));
  return these.flatMap((incident) =>
    incident.findings.filter(({ id }) => !known.has(id)).map((finding) => [incident, finding] as const),
  );
}

/** Incidents with the same findings, or some of them, of which something else is said. */
function otherwise(
  expected: readonly IncidentDraft[],
  found: readonly IncidentDraft[],
  affected: ReadonlySet<string>,
): readonly Difference[] {
  return expected.flatMap((one): Difference[] => {
    const ids = new Set(one.findings.map(({ id }) => id));
    const other = found.find(({ findings }) => findings.some(({ id }) => ids.has(id)));
    if (!other) return [];
    const [a] = essence([one]);
    const [b] = essence([other]);
    const members = (Object.keys(a ?? {}) as (keyof NonNullable<typeof a>)[])
      .filter((member) => member !== "findings")
      .filter((member) => !isDeepStrictEqual(a?.[member], b?.[member]));
    const hasOthers = affected.has(one.id) || affected.has(other.id);
    const reason = hasOthers ? "it has other findings, see there" : null;
    return members.map((member) => ({ incident: one.id, what: `${member} differs`, reason }));
  });
}

const described = (finding: Finding): string =>
  `${finding.kind} ${"signal" in finding ? finding.signal : ""} (${finding.severity}, ${finding.id})`;

function reasonOf({ account, region, window }: Finding, late: readonly Late[]): string | null {
  const isEverywhere = region === "*" || region === "global";
  const own = late.filter((one) => one.account === account && (isEverywhere || one.region === region));
  const inside = own.filter(({ time }) => time >= window.start && time < window.end).length;
  if (inside > 0) return `${inside} of its records came after their bucket had closed`;
  const before = own.filter(({ time }) => time < window.start).length;
  if (before === 0) return null;
  return `${before} earlier records of ${account} in ${region} came after their buckets had closed, when its model had gone on without them`;
}
