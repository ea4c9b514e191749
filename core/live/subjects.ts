import type { Series } from "../signals/order.ts";

/** Subjects of findings, by what judges them. They are read back, so their form is fixed. */
const KINDS = ["anomaly", "forest", "novelty", "danger", "policy", "leaks", "insight", "drill"] as const;
export type SubjectKind = (typeof KINDS)[number];

/** Parts may be any text: JSON tells them apart. */
export const subjectOf = (kind: SubjectKind, ...parts: readonly (string | null)[]): string =>
  `${kind} ${JSON.stringify(parts)}`;

export const isOfKind = (subject: string, kind: SubjectKind): boolean => subject.startsWith(`${kind} `);

export const partsOf = (subject: string): readonly (string | null)[] =>
  JSON.parse(subject.slice(subject.indexOf(" ") + 1)) as (string | null)[];

/** Of anomalies, dangers and violations, whose second part it is. */
export const accountOf = (subject: string): string => partsOf(subject)[1] ?? "";

export const anomalySubject = ({ signal, entity }: Series): string =>
  subjectOf("anomaly", signal, entity.account, entity.region, entity.principal, entity.resource);

export function seriesOf(subject: string): Series {
  const [signal, account, region, principal = null, resource = null] = partsOf(subject);
  return {
    signal: signal as string,
    entity: { account: account as string, region: region as string, principal, resource },
  };
}
