/**
 * Engine versions of Amazon OpenSearch Service that have what Trailwatch needs (2.9: detectors, alerting, notifications
 * and index management as it provisions them), the oldest first. The end of support is what AWS had announced by
 * November 2026; where it has announced none there is none here.
 */
export interface OpenSearchVersion {
  /** As context and configuration name it: `OPENSEARCH_2_9`. */
  readonly name: string;
  /** As the cluster says it: `2.9`. */
  readonly version: string;
  /** Last day of standard support; after it each node costs a surcharge by the hour. */
  readonly standardSupportUntil?: string;
  /** Last day of extended support; after it AWS may upgrade a domain by itself. */
  readonly extendedSupportUntil?: string;
}

export const OPENSEARCH_VERSIONS: readonly OpenSearchVersion[] = [
  {
    name: "OPENSEARCH_2_9",
    version: "2.9",
    standardSupportUntil: "2025-11-07",
    extendedSupportUntil: "2026-11-07",
  },
  { name: "OPENSEARCH_2_11", version: "2.11" },
  { name: "OPENSEARCH_2_13", version: "2.13" },
  { name: "OPENSEARCH_2_15", version: "2.15" },
  { name: "OPENSEARCH_2_17", version: "2.17" },
  { name: "OPENSEARCH_2_19", version: "2.19" },
  { name: "OPENSEARCH_3_1", version: "3.1" },
  { name: "OPENSEARCH_3_3", version: "3.3" },
  { name: "OPENSEARCH_3_5", version: "3.5" },
  { name: "OPENSEARCH_3_7", version: "3.7" },
];

export const NEWEST_OPENSEARCH = "OPENSEARCH_3_7";

const BY_NAME = new Map(OPENSEARCH_VERSIONS.map((version) => [version.name, version]));

export const findOpenSearchVersion = (name: string): OpenSearchVersion | undefined => BY_NAME.get(name);

export const OPENSEARCH_VERSION_NAMES = OPENSEARCH_VERSIONS.map(({ name }) => name);

/** What whoever deploys this version has to know; `null` for a version in standard support. */
export function supportWarning({ name, standardSupportUntil, extendedSupportUntil }: OpenSearchVersion): string | null {
  if (standardSupportUntil === undefined) return null;
  const extended =
    extendedSupportUntil === undefined
      ? ""
      : ` Extended support ends on ${extendedSupportUntil}: then AWS may upgrade it.`;
  return (
    `${name} has been out of AWS's standard support since ${standardSupportUntil}: every node costs a surcharge by the hour ` +
    `(trailwatch estimate has it), and a new domain of it may be refused.${extended} ${NEWEST_OPENSEARCH} has neither.`
  );
}
