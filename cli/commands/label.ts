import { DuckDbLabelStore } from "#adapters/duckdb/label-store.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { type IncidentLabel, LABEL_VERDICTS } from "#core/domain/incident.ts";
import { isoTime } from "#core/domain/time.ts";
import { patternOf } from "#core/incidents/labels.ts";
import { visible } from "#core/messages/visible.ts";
import { withStore } from "../store.ts";
import { workspace } from "../workspace.ts";

interface LabelOptions {
  readonly out: string;
  readonly note: string;
}

/** Keeps what a person says of an incident afterwards, for every later analysis and backtest of the store. */
export async function label(id: string, said: string, { out, note }: LabelOptions): Promise<void> {
  const verdict = LABEL_VERDICTS.find((one) => one === said);
  if (!verdict) {
    throw new TrailwatchError(
      "USAGE",
      `an incident is not labelled ${said}`,
      `Use one of ${LABEL_VERDICTS.join(", ")}: worth the page; real, and ours; nothing to it.`,
    );
  }
  const labelled = await withStore(workspace(out), "write", async ({ instance, incidents }) => {
    const incident = await incidents.get(id);
    const record: IncidentLabel = {
      incident: incident.id,
      verdict,
      note,
      at: isoTime(Date.now()),
      pattern: patternOf(incident),
    };
    await new DuckDbLabelStore(instance).record(record);
    return record;
  });
  const { about, accounts } = labelled.pattern;
  process.stderr.write(
    `${labelled.incident}: labelled ${verdict}; from the next analysis this speaks for ${visible(about.join(", "))} in ${visible(accounts.join(", "))} by the same principals too\n`,
  );
}
