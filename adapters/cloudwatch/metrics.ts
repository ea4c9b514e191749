import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import { awsError } from "#adapters/shared/aws-errors.ts";
import { MINUTE, SECOND, type TimeWindow } from "#core/domain/time.ts";
import type { AlarmFacts, MetricQuery } from "#core/ports/deployment-view.ts";

/** CloudWatch's bound for one request. */
const QUERIES = 500;
/** CloudWatch cuts time at whole periods, wherever it is asked to begin. */
const PERIOD = 5 * MINUTE;

/** One number a query for the whole window; `null` where nothing was measured. Rejects with TrailwatchError. */
export async function metricValues(
  client: CloudWatchClient,
  queries: readonly MetricQuery[],
  { start, end }: TimeWindow,
): Promise<readonly (number | null)[]> {
  const values = new Map<string, readonly number[]>();
  const StartTime = new Date(Math.floor(start / PERIOD) * PERIOD);
  const EndTime = new Date(Math.ceil(end / PERIOD) * PERIOD);
  try {
    for (let at = 0; at < queries.length; at += QUERIES) {
      const MetricDataQueries = queries.slice(at, at + QUERIES).map((query, index) => asked(query, at + index));
      const { MetricDataResults } = await client.send(
        new GetMetricDataCommand({ StartTime, EndTime, MetricDataQueries }),
      );
      for (const { Id = "", Values = [] } of MetricDataResults ?? []) values.set(Id, Values);
    }
  } catch (error) {
    throw awsError(error, "read metrics", "cloudwatch:GetMetricData");
  }
  return queries.map(({ statistic }, at) => together(statistic, values.get(idOf(at)) ?? []));
}

const idOf = (at: number): string => `m${at}`;

const asked = ({ namespace, name, dimensions, statistic }: MetricQuery, at: number): MetricDataQuery => ({
  Id: idOf(at),
  MetricStat: {
    Metric: {
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    },
    Period: PERIOD / SECOND,
    Stat: statistic,
  },
});

/** Of the periods that anything was measured in; averages as if each weighed the same. */
function together(statistic: MetricQuery["statistic"], values: readonly number[]): number | null {
  if (values.length === 0) return null;
  if (statistic === "Maximum") return Math.max(...values);
  const sum = values.reduce((total, value) => total + value, 0);
  return statistic === "Sum" ? sum : sum / values.length;
}

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
