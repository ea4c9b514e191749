/** What a deployment is made of where the configuration does not say otherwise. */
export interface Sizing {
  readonly dataNodes: number;
  /** Amazon's name of an instance: `m7g.large.search`. */
  readonly dataNodeType: string;
  /** Dedicated ones: 0 or 3. */
  readonly masterNodes: number;
  readonly masterNodeType: string;
  /** Of each data node (gp3). */
  readonly storageGiB: number;
  /** How many `MultiAccountLogs` may run at once, so that a slow cluster is not asked for more; `null` sets no bound. */
  readonly ingestConcurrency: number | null;
  readonly ingestMemoryMiB: number;
  readonly rollupMemoryMiB: number;
}

export const SIZE_NAMES = ["small", "medium", "large"] as const;
export type SizeName = (typeof SIZE_NAMES)[number];

/**
 * Three data nodes in three zones each: a copy survives a zone, and a majority is left. Memory of functions is also
 * their share of a processor: 1,769 MiB is one. How long events are kept is the configuration's, whatever the size: at
 * 20,000 events a day and account the 90 days that are usual take a sixth of the storage, and detectors and busier
 * accounts have the rest.
 */
export const SIZES: Readonly<Record<SizeName, Sizing>> = {
  /** Some 20 accounts. */
  small: {
    dataNodes: 3,
    dataNodeType: "m7g.large.search",
    masterNodes: 0,
    masterNodeType: "m7g.large.search",
    storageGiB: 100,
    ingestConcurrency: 10,
    ingestMemoryMiB: 1024,
    rollupMemoryMiB: 1769,
  },
  /** Some 100 accounts. */
  medium: {
    dataNodes: 3,
    dataNodeType: "r7g.xlarge.search",
    masterNodes: 3,
    masterNodeType: "m7g.large.search",
    storageGiB: 400,
    ingestConcurrency: 30,
    ingestMemoryMiB: 1769,
    rollupMemoryMiB: 3008,
  },
  /** Some 400 accounts. */
  large: {
    dataNodes: 6,
    dataNodeType: "r7g.2xlarge.search",
    masterNodes: 3,
    masterNodeType: "m7g.large.search",
    storageGiB: 1000,
    ingestConcurrency: 100,
    ingestMemoryMiB: 1769,
    rollupMemoryMiB: 6144,
  },
};
