import type { StoredEvent } from "#adapters/duckdb/stored-event.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { Incident } from "#core/domain/incident.ts";
import { counted } from "#core/messages/format.ts";
import { escapeInvisible } from "#core/messages/json-text.ts";
import { named } from "#core/messages/visible.ts";
import { countArgument } from "../arguments.ts";
import type { AwsOptions } from "../aws.ts";
import { rawRecords } from "../ingest/raw-records.ts";
import { renderEvents } from "../render/events.ts";
import { fetchObject } from "../sources.ts";
import { withStore } from "../store.ts";
import { textOptions } from "../terminal.ts";
import { workspace } from "../workspace.ts";

interface EventsOptions extends AwsOptions {
  readonly out: string;
  readonly raw?: boolean;
  readonly limit: string;
}

export async function timeline(id: string, options: EventsOptions): Promise<void> {
  const limit = countArgument("--limit", options.limit);
  const found = await withStore(workspace(options.out), "read", async ({ events, incidents }) => {
    const incident = await incidents.get(id);
    return { incident, stored: await events.storedEvents({ ids: incident.eventIds.slice(0, limit) }, limit) };
  });
  await print(found.stored, [found.incident], options);
  const left = found.incident.eventCount - found.stored.length;
  if (left > 0)
    process.stderr.write(
      `${counted(left, "more event")} behind it: its evidence has the queries (trailwatch show ${id})\n`,
    );
}

export async function history(name: string, options: EventsOptions): Promise<void> {
  const limit = countArgument("--limit", options.limit);
  const { stored, known } = await withStore(workspace(options.out), "read", async ({ events, incidents }) => ({
    stored: await events.history(name, limit),
    known: await incidents.list(),
  }));
  if (stored.length === 0) {
    throw new TrailwatchError(
      "NOT_FOUND",
      `nothing was changed by or on ${named(name)}`,
      "Give a whole ARN, an access key id, or the name of a user, role or resource as the logs have it.",
    );
  }
  await print(stored, known, options);
  if (stored.length === limit) process.stderr.write(`the latest ${limit} events: --limit shows more\n`);
}

async function print(
  stored: readonly StoredEvent[],
  incidents: readonly Incident[],
  options: EventsOptions,
): Promise<void> {
  if (options.raw) {
    const fetched = (url: string): Promise<Uint8Array> => fetchObject(url, options);
    for await (const record of rawRecords(stored, fetched)) process.stdout.write(`${escapeInvisible(record)}\n`);
    return;
  }
  if (stored.length === 0) return;
  const aliases = new Map(incidents.flatMap(({ accounts }) => accounts.map(({ id, alias }) => [id, alias])));
  process.stdout.write(renderEvents(stored, aliases, textOptions(process.stdout)));
}
