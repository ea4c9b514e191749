/** What was planted and what a reader of the files must count, to check results against. */
export interface Truth {
  readonly options: {
    readonly accounts: number;
    readonly days: number;
    readonly seed: number;
    readonly reorganize?: boolean;
  };
  readonly organizationId: string;
  readonly start: string;
  readonly end: string;
  /** Records of the usual kind, without repeats. */
  readonly events: number;
  readonly eventsByAccount: Readonly<Record<string, number>>;
  /** Records that are in the files a second time. */
  readonly duplicates: number;
  /** Records of CloudTrail Insights, counted apart. */
  readonly insights: number;
  readonly files: { readonly log: number; readonly insight: number; readonly digest: number };
  readonly lateFiles: readonly LateFile[];
  readonly outage:
    | (Omit<Outage, "start" | "end"> & { readonly start: string; readonly end: string; readonly lostRecords: number })
    | null;
  /** People who start to work in the middle of the span, as people do. */
  readonly joiners: readonly { readonly email: string; readonly since: string; readonly accounts: readonly string[] }[];
  readonly planted: readonly PlantedStory[];
  readonly leftOut: readonly { readonly name: string; readonly kind: StoryKind; readonly reason: string }[];
}

export type StoryKind = "incident" | "benign";

export interface PlantedStory {
  readonly name: string;
  readonly kind: StoryKind;
  readonly title: string;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly principals: readonly StoryPrincipal[];
  readonly start: string;
  readonly end: string;
  /** How many records it made. */
  readonly eventCount: number;
  /** All of them, up to 400; then every n-th. */
  readonly eventIds: readonly string[];
  /** What can be counted: instances launched, gateways left, calls denied. */
  readonly measures: Readonly<Record<string, number>>;
  readonly note: string;
}

export interface StoryPrincipal {
  /** ARN of the issuing role or of the user: who it is, across sessions. */
  readonly id: string;
  /** As logged in `userIdentity.arn`. */
  readonly arn: string;
  readonly session: string | null;
  readonly accessKeyId: string | null;
  readonly sourceIp: string;
}

export interface Outage {
  readonly account: string;
  readonly start: number;
  readonly end: number;
}

export interface LateFile {
  readonly path: string;
  readonly account: string;
  readonly region: string;
  readonly records: number;
  readonly oldest: string;
  readonly newest: string;
  readonly delivered: string;
}

const MAX_EVENT_IDS = 400;

/** Evenly spread, first and last included. */
export function sampleIds(ids: readonly string[]): readonly string[] {
  if (ids.length <= MAX_EVENT_IDS) return ids;
  const step = (ids.length - 1) / (MAX_EVENT_IDS - 1);
  return Array.from({ length: MAX_EVENT_IDS }, (_, index) => ids[Math.round(index * step)] as string);
}
