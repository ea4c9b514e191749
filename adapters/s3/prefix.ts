import { cloudtrailKey, mayHold } from "#core/domain/cloudtrail-key.ts";
import { DAY } from "#core/domain/time.ts";
import type { ReadSelection } from "#core/ports/event-source.ts";

const PARTIAL =
  /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]{10,32}\/)?(?:(\d{12})\/(?:([A-Za-z-]+)\/(?:([a-z]{2}[a-z0-9-]*-\d+)\/(?:(\d{4})\/(?:(\d{2})\/)?)?)?)?)?$/;

/**
 * Whether anything below this prefix (which ends with `/`) can hold selected records. A prefix that does not follow
 * CloudTrail's layout always may.
 */
export function mayHoldBelow(prefix: string, selection: ReadSelection): boolean {
  const complete = cloudtrailKey(prefix);
  if (complete?.day != null) return mayHold(complete, selection);
  const match = PARTIAL.exec(prefix);
  if (!match) return true;
  const [, account, folder, region, year, month] = match;
  if (account && selection.accounts && !selection.accounts.includes(account)) return false;
  if (folder && (!folder.startsWith("CloudTrail") || folder === "CloudTrail-Digest")) return false;
  if (region && selection.regions && !selection.regions.includes(region)) return false;
  if (!year) return true;
  // Like a day's prefix (see mayHold), a month or year may hold events of the day before it began.
  const first = Date.UTC(Number(year), month ? Number(month) - 1 : 0, 1);
  const next = month ? Date.UTC(Number(year), Number(month), 1) : Date.UTC(Number(year) + 1, 0, 1);
  if (selection.from !== undefined && next <= selection.from) return false;
  return selection.to === undefined || first < selection.to + DAY;
}
