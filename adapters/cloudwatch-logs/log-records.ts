import { type CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { awsError } from "#adapters/shared/aws-errors.ts";
import type { TimeWindow } from "#core/domain/time.ts";

export interface LogPage {
  /** Of CloudTrail's log group: one record each. */
  readonly messages: readonly string[];
  /** Where the next page begins; `null` behind the last one. Good for a day. */
  readonly next: string | null;
}

/** The most that CloudWatch Logs answers at once; a page may be empty and have another behind it. */
const PAGE_SIZE = 10_000;

/**
 * What was written to a log group in a window, page by page. Rejects with TrailwatchError, an `AWS_*` code.
 * @param next what the page before answered
 */
export async function readLogPage(
  client: CloudWatchLogsClient,
  logGroupName: string,
  { start, end }: TimeWindow,
  next: string | null,
): Promise<LogPage> {
  try {
    const { events, nextToken } = await client.send(
      new FilterLogEventsCommand({
        logGroupName,
        startTime: start,
        // Theirs is inclusive.
        endTime: end - 1,
        limit: PAGE_SIZE,
        ...(next === null ? {} : { nextToken: next }),
      }),
    );
    return { messages: (events ?? []).flatMap(({ message }) => message ?? []), next: nextToken ?? null };
  } catch (error) {
    throw awsError(error, `read log group ${logGroupName}`, "logs:FilterLogEvents on it, and kms:Decrypt on its key");
  }
}
