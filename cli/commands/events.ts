import type { StoredEvent } from "#adapters/duckdb/stored-event.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { isoTime } from "#core/domain/time.ts";
import { principalWords } from "#core/messages/principal.ts";
import { named, visible } from "#core/messages/visible.ts";
import { countArgument } from "../arguments.ts";
import { rawRecords } from "../ingest/raw-records.ts";
import { escapeInvisible } from "../render/json.ts";
import { withStore } from "../store.ts";
import { workspace } from "../workspace.ts";

interface EventsOptions {
  readonly out: string;
  readonly raw?: boolean;
  readonly limit: string;
}

export async function timeline(id: string, options: EventsOptions): Promise<void> {
  const limit = countArgument("--limit", options.limit);
  const found = await withStore(workspace(options.out), "read", async ({ events, incidents }) => {
    const { eventIds, eventCount } = await incidents.get(id);
    return { stored: await events.storedEvents({ ids: eventIds.slice(0, limit) }, limit), eventCount };
  });
  await print(found.stored, options);
  const left = found.eventCount - found.stored.length;
  if (left > 0)
    process.stderr.write(`${left} more events behind it: its evidence has the queries (trailwatch show ${id})\n`);
}

export async function history(name: string, options: EventsOptions): Promise<void> {
  const limit = countArgument("--limit", options.limit);
  const stored = await withStore(workspace(options.out), "read", ({ events }) => events.history(name, limit));
  if (stored.length === 0) {
    throw new TrailwatchError(
      "NOT_FOUND",
      `nothing was changed by or on ${named(name)}`,
      "Give a whole ARN, an access key id, or the name of a user, role or resource as the logs have it.",
    );
  }
  await print(stored, options);
  if (stored.length === limit) process.stderr.write(`the latest ${limit} events: --limit shows more\n`);
}

async function print(stored: readonly StoredEvent[], { raw }: EventsOptions): Promise<void> {
  if (raw) {
    for await (const record of rawRecords(stored)) process.stdout.write(`${escapeInvisible(record)}\n`);
    return;
  }
  for (const { event, file, record } of stored) process.stdout.write(`${line(event)}  [${visible(file)} #${record}]\n`);
}

function line({
  time,
  account,
  region,
  service,
  action,
  outcome,
  errorCode,
  principal,
  origin,
  resources,
}: StoredEvent["event"]): string {
  const result = outcome === "success" ? "" : `  ${outcome}${errorCode ? ` (${named(errorCode)})` : ""}`;
  const session = principal.session ? ` / ${named(principal.session)}` : "";
  const from = origin.invokedBy ?? origin.sourceIp ?? origin.network ?? "unknown";
  const on = resources[0] ? `  on ${named(resources[0])}` : "";
  return `${isoTime(time)}  ${named(account)} ${named(region)}  ${named(service)}:${named(action)}${result}  by ${principalWords(principal.id)}${session}  from ${named(from)}${on}`;
}
