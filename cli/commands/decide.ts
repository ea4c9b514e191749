import { DuckDbResponseStore } from "#adapters/duckdb/response-store.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { MuteVerdict } from "#core/domain/incident.ts";
import { isoTime } from "#core/domain/time.ts";
import { pagingOf } from "#core/incidents/lifecycle.ts";
import { timeArgument } from "../arguments.ts";
import { withStore } from "../store.ts";
import { workspace } from "../workspace.ts";

interface DecideOptions {
  readonly out: string;
  readonly reason: string;
  readonly until?: string;
}

/** Keeps what a person decided about an incident, for this and every later analysis of the store. */
export async function decide(command: "acknowledge" | "snooze", id: string, options: DecideOptions): Promise<void> {
  const until = timeArgument("--until", options.until) ?? null;
  if (command === "snooze" && until === null) {
    throw new TrailwatchError("USAGE", "a snooze needs an end", "Give --until, or use `trailwatch acknowledge`.");
  }
  const kind = command === "snooze" ? "snooze" : "acknowledged";
  const mute: MuteVerdict = { kind, reason: options.reason, until };
  const decided = await withStore(workspace(options.out), "write", async ({ instance, incidents }) => {
    const { id: whole } = await incidents.get(id);
    await new DuckDbResponseStore(instance).record({
      incident: whole,
      kind,
      reason: options.reason,
      until: until === null ? null : isoTime(until),
    });
    const all = await incidents.list();
    await incidents.save(
      all.map((incident) =>
        incident.id === whole
          ? { ...incident, mute, paging: pagingOf(incident.severity, incident.expected, mute) }
          : incident,
      ),
    );
    return whole;
  });
  process.stderr.write(
    `${decided}: ${kind === "snooze" ? "snoozed" : "acknowledged"}${until === null ? "" : ` until ${isoTime(until)}`}\n`,
  );
}
