import { DAY, type EpochMs } from "./time.ts";

/** What the name of a file says, where it lies as CloudTrail lays it (any prefix may stand before `AWSLogs`). */
export interface CloudtrailKey {
  readonly organization: string | null;
  readonly account: string;
  readonly kind: "events" | "insights" | "digest" | "other";
  readonly region: string;
  /** Start of the UTC day of delivery. */
  readonly day: EpochMs | null;
  /** To the minute, from the file's own name; `null` where the name has no such stamp. */
  readonly deliveredAt: EpochMs | null;
}

/** What {@link mayHold} needs of a selection. */
interface KeySelection {
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
}

const LAYOUT =
  /(?:^|\/)AWSLogs\/(?:(o-[a-z0-9]{10,32})\/)?(\d{12})\/(CloudTrail[A-Za-z-]*)\/([a-z]{2}[a-z0-9-]*-\d+)\/(?:(\d{4})\/(\d{2})\/(\d{2})\/(.*))?/;
const STAMP = /_(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z_/;
const KINDS: Readonly<Record<string, CloudtrailKey["kind"]>> = {
  CloudTrail: "events",
  "CloudTrail-Insight": "insights",
  "CloudTrail-Digest": "digest",
};

/**
 * Reads `AWSLogs/[o-.../]<account>/CloudTrail/<region>/YYYY/MM/DD/<file>`, the layout of trails (AWS CloudTrail user
 * guide, "Finding your CloudTrail log files"). Answers `null` for any other path; never throws. Takes `\` for `/`.
 */
export function cloudtrailKey(path: string): CloudtrailKey | null {
  const match = LAYOUT.exec(path.replaceAll("\\", "/"));
  if (!match) return null;
  const [, organization, account, folder, region, year, month, day, file] = match;
  const stamp = file === undefined ? null : STAMP.exec(file);
  const at = (parts: readonly (string | undefined)[]): EpochMs =>
    Date.UTC(Number(parts[0]), Number(parts[1]) - 1, Number(parts[2]), Number(parts[3] ?? 0), Number(parts[4] ?? 0));
  return {
    organization: organization ?? null,
    account: account as string,
    kind: KINDS[folder as string] ?? "other",
    region: region as string,
    day: year === undefined ? null : at([year, month, day]),
    deliveredAt: stamp ? at(stamp.slice(1)) : null,
  };
}

/**
 * Whether a file of this name can hold selected records. A file lies under the day it was delivered, which is the day
 * of its events or, when they came late, one after; later than that only the time of each record can decide, and such
 * a file is not looked for.
 */
export function mayHold(key: CloudtrailKey, selection: KeySelection): boolean {
  if (selection.accounts && !selection.accounts.includes(key.account)) return false;
  if (selection.regions && !selection.regions.includes(key.region)) return false;
  if (key.day === null) return true;
  if (selection.from !== undefined && key.day + DAY <= selection.from) return false;
  return selection.to === undefined || key.day < selection.to + DAY;
}
