import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import { awsError } from "#adapters/shared/aws-errors.ts";
import type { TimeWindow } from "#core/domain/time.ts";
import type { AlarmFacts, MetricQuery } from "#core/ports/deployment-view.ts";

/** CloudWatch's bound for one request. */
const QUERIES = 500;
const MINUTES_ALIGNED = 60_000;

/** One number a query for the whole window; `null` where nothing was measured. Rejects with TrailwatchError. */
export async function metricValues(
  client: CloudWatchClient,
  queries: readonly MetricQuery[],
  { start, end }: TimeWindow,
): Promise<readonly (number | null)[]> {
  const values = new Map<string, number>();
  // One period that covers the window, which CloudWatch cuts at whole periods.
  const StartTime = new Date(Math.floor(start / MINUTES_ALIGNED) * MINUTES_ALIGNED);
  const EndTime = new Date(Math.ceil(end / MINUTES_ALIGNED) * MINUTES_ALIGNED);
  const period = Math.round((EndTime.getTime() - StartTime.getTime()) / 1000);
  try {
    for (let at = 0; at < queries.length; at += QUERIES) {
      const MetricDataQueries = queries.slice(at, at + QUERIES).map((query, index) => asked(query, at + index, period));
      const { MetricDataResults } = await client.send(
        new GetMetricDataCommand({ StartTime, EndTime, MetricDataQueries, ScanBy: "TimestampDescending" }),
      );
      for (const { Id = "", Values } of MetricDataResults ?? []) values.set(Id, (Values ?? [])[0] ?? Number.NaN);
    }
  } catch (error) {
    throw awsError(error, "read metrics", "cloudwatch:GetMetricData");
  }
  return queries.map((_, at) => {
    const value = values.get(idOf(at));
    return value === undefined || Number.isNaN(value) ? null : value;
  });
}

const idOf = (at: number): string => `m${at}`;

const asked = (
  { namespace, name, dimensions, statistic }: MetricQuery,
  at: number,
  period: number,
): MetricDataQuery => ({
  Id: idOf(at),
  MetricStat: {
    Metric: {
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    },
    Period: period,
    Stat: statistic,
  },
});

/** Alarms in alarm, of those whose names begin so. Rejects with TrailwatchError. */
export async function ringingAlarms(client: CloudWatchClient, namePrefix: string): Promise<readonly AlarmFacts[]> {
  const found: AlarmFacts[] = [];
  try {
    for await (const page of paginateDescribeAlarms({ client }, { AlarmNamePrefix: namePrefix, StateValue: "ALARM" })) {
      for (const { AlarmName = "", AlarmDescription = "", StateUpdatedTimestamp } of page.MetricAlarms ?? []) {
        found.push({
          name: AlarmName,
          description: AlarmDescription,
          since: StateUpdatedTimestamp?.getTime() ?? null,
        });
      }
    }
  } catch (error) {
    throw awsError(error, "list alarms", "cloudwatch:DescribeAlarms");
  }
  return found;
}
