import type { Names } from "#core/config/deployment/names.ts";
import { SECOND } from "#core/domain/time.ts";
import { duration } from "#core/messages/format.ts";
import { visible } from "#core/messages/visible.ts";
import { type DrillOutcome, type DrillStep, type DrillTime, RESPONSIBLE } from "#core/operations/drill.ts";

const WORDS: Readonly<Record<DrillStep, string>> = {
  stored: "taken in and stored",
  found: "found",
  incident: "an incident",
  said: "said to every channel",
  cleaned: "taken back",
};

const COLUMN = 14;

/** A step with when it came. */
export function drillLine({ step, after }: DrillTime): string {
  const time = after < 10 * SECOND ? `${(after / SECOND).toFixed(1)} s` : duration(after);
  return `${time.padStart(COLUMN)}  ${WORDS[step]}`;
}

/** What it came to: where the message is, or where to look for what did not come. */
export function renderDrill({ missing, messageIds }: DrillOutcome, names: Names): string {
  const channels = Object.entries(messageIds).map(([channel, id]) => `${visible(channel)} (message ${visible(id)})`);
  const said = channels.length === 0 ? [] : [`said through ${channels.join(", ")}: whoever is subscribed has it now`];
  if (missing === null) return `${said.join("\n")}\n`;
  const lines = [
    ...said,
    `not ${WORDS[missing]} in time`,
    `next: trailwatch doctor, and: aws logs tail /aws/lambda/${names.of(RESPONSIBLE[missing])} --since 1h`,
  ];
  return `${lines.join("\n")}\n`;
}
