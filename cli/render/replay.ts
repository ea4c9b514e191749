import { amount, counted } from "#core/messages/format.ts";
import { visible } from "#core/messages/visible.ts";
import type { ReplayOutcome } from "#core/operations/replay.ts";

/** How far it is, in a line. */
export function replayLine({ redriven, failed, passedOver, records, created, duplicates }: ReplayOutcome): string {
  return [
    `${counted(redriven, "piece")} given again`,
    ...(failed > 0 ? [`${amount(failed)} failed`] : []),
    ...(passedOver > 0 ? [`${amount(passedOver)} passed over`] : []),
    ...(records > 0
      ? [`${counted(records, "record")}: ${amount(created)} new, ${amount(duplicates)} were there already`]
      : []),
  ].join(", ");
}

/** What it came to, and what to do about what failed. */
export function renderReplay(outcome: ReplayOutcome): string {
  const { failed, passedOver, reasons, complete } = outcome;
  const lines = [
    replayLine(outcome),
    ...(passedOver > 0
      ? [
          "passed over: what other functions gave up, which their schedules made up for, or messages without their batch",
        ]
      : []),
    ...reasons.map((reason) => `failed: ${visible(reason)}`),
    ...(complete ? [] : ["given up: nothing could be worked off any more, and what is left stays where it is"]),
    ...(failed > 0 || !complete
      ? ["next: see why with `trailwatch doctor`, then run the same command again; nothing is counted twice"]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}
