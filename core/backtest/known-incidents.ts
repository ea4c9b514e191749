import * as z from "zod";
import type { KnownIncident } from "../domain/backtest.ts";
import { TrailwatchError } from "../domain/errors.ts";
import { HOUR } from "../domain/time.ts";

const time = z.iso.datetime({ offset: true }).or(z.iso.date());
const account = z.string().regex(/^\d{12}$/, "an account id is twelve digits");

/** One line of a list by hand, or one story of a simulated world's truth.json; other keys are let be. */
const knownSchema = z.object({
  name: z.string().min(1).optional(),
  kind: z.enum(["incident", "benign"]).default("incident"),
  start: time,
  end: time.optional(),
  accounts: z.array(account).min(1),
  eventIds: z.array(z.string()).default([]),
});

const listSchema = z.array(knownSchema);
const truthSchema = z.object({ planted: listSchema });

/** What somebody who writes `start` alone means to have lasted. */
const LASTED = HOUR;

/**
 * What is known to have happened: `[{"name": "...", "start": "2026-11-03T02:10:00Z", "accounts": ["111122223333"]}]`, with
 * `end`, `eventIds` and `"kind": "benign"` where they are known, or the truth.json of a simulated world.
 *
 * @param json what the file holds
 * @throws TrailwatchError `USAGE` naming the entry and the key
 */
export function knownIncidents(json: unknown): readonly KnownIncident[] {
  const parsed = (Array.isArray(json) ? listSchema : truthSchema).safeParse(json);
  if (!parsed.success) {
    throw new TrailwatchError(
      "USAGE",
      `the known incidents cannot be read: ${z.prettifyError(parsed.error).replace(/\s+/g, " ")}`,
      'Write a list of {"name", "start", "accounts": ["111122223333"]}, with times like 2026-11-03T02:10:00Z.',
    );
  }
  const entries = Array.isArray(parsed.data) ? parsed.data : parsed.data.planted;
  return entries.map(({ name, kind, start, end, accounts, eventIds }) => ({
    name: name ?? `${accounts.join(", ")} at ${start}`,
    kind,
    window: { start: Date.parse(start), end: end === undefined ? Date.parse(start) + LASTED : Date.parse(end) },
    accounts,
    eventIds,
  }));
}
