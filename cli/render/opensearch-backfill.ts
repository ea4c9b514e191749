import type { QuarantineReason } from "#core/domain/ingest.ts";
import type { TimeWindow } from "#core/domain/time.ts";
import { amount, counted, listed, utcWindow } from "#core/messages/format.ts";
import { visible } from "#core/messages/visible.ts";

/** What a backfill did. */
export interface Backfilled {
  readonly files: number;
  readonly bytes: number;
  /** Always `created + duplicates + conflicts + quarantined`. */
  readonly read: number;
  readonly created: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly quarantined: number;
  readonly reasons: Readonly<Partial<Record<QuarantineReason, number>>>;
  readonly unreadable: number;
  /** Records of CloudTrail Insights, those that were there already among them. */
  readonly insights: number;
  readonly recounted: number;
  readonly repriced: number;
  readonly rollups: { readonly window: TimeWindow | null; readonly written: number; readonly removed: number };
  /** Indices whose days are not kept any more; `null` where a policy of the cluster deletes them. */
  readonly expired: {
    readonly deleted: readonly string[];
    readonly left: readonly { readonly index: string; readonly reason: string }[];
  } | null;
}

/** One line a step; what was left out says why. */
export function renderBackfill(done: Backfilled, url: string): string {
  const { window, written, removed } = done.rollups;
  const reasons = Object.entries(done.reasons).map(([reason, count]) => `${amount(count)} ${reason}`);
  const lines = [
    `${counted(done.read, "event")} from ${counted(done.files, "file")} to ${visible(url)}: ${amount(done.created)} new, ${amount(done.duplicates)} were there already`,
    ...(done.conflicts > 0
      ? [`${counted(done.conflicts, "event")} in quarantine: the same id stands there with other content`]
      : []),
    ...(done.quarantined > 0 ? [`${counted(done.quarantined, "event")} in quarantine: ${listed(reasons)}`] : []),
    ...(done.unreadable > 0 ? [`${counted(done.unreadable, "record")} in quarantine: no event could be read`] : []),
    ...(done.insights > 0 ? [`${counted(done.insights, "record")} of CloudTrail Insights kept`] : []),
    ...(done.recounted + done.repriced > 0
      ? [
          `settled: ${counted(done.recounted, "copy", "copies")} of shared actions, ${counted(done.repriced, "price")} of what was freed`,
        ]
      : []),
    window === null
      ? "roll-ups: none to bring up to date"
      : `roll-ups of ${utcWindow(window)}: ${amount(written)} written${removed > 0 ? `, ${amount(removed)} taken back` : ""}`,
    ...(done.expired?.deleted.length ? [`not kept any more: ${listed(done.expired.deleted)} deleted`] : []),
    ...(done.expired?.left ?? []).map(
      ({ index, reason }) => `not kept any more, and refused for now: ${index} (${reason})`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
