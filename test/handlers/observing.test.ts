import { afterEach, expect, jest, test } from "@jest/globals";
import { METRIC_NAMESPACE, METRICS } from "#core/config/metrics.ts";
import { observed } from "#lambdas/shared/observing.ts";

afterEach(() => {
  jest.restoreAllMocks();
});

/** The line of the log that CloudWatch makes metrics of, by an invocation that does `work`. */
async function metricsOf(work: Parameters<typeof observed>[0]["work"]) {
  const lines: string[] = [];
  jest.spyOn(process.stderr, "write").mockImplementation(() => true);
  jest.spyOn(process.stdout, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  const handler = observed({ stage: "blue", functionName: "MultiAccountLogsFunction", work });
  const invocation = { awsRequestId: "r", getRemainingTimeInMillis: () => 1000 };
  await handler({}, invocation as never).catch(() => {});
  const line = lines.find((one) => one.includes("CloudWatchMetrics"));
  if (!line) throw new Error("no metrics were written");
  jest.restoreAllMocks();
  return JSON.parse(line);
}

test("metrics have the one dimension that alarms ask for", async () => {
  const written = await metricsOf(async (_event, _invocation, { measure }) => measure("eventsIndexed", 3));
  expect(written._aws.CloudWatchMetrics).toEqual([
    {
      Namespace: METRIC_NAMESPACE,
      Dimensions: [["stage"]],
      Metrics: [{ Name: METRICS.eventsIndexed.name, Unit: METRICS.eventsIndexed.unit }],
    },
  ]);
  expect(written).toMatchObject({ stage: "blue", [METRICS.eventsIndexed.name]: 3 });
});

test("metrics of an invocation that fails are written all the same", async () => {
  const written = await metricsOf(async (_event, _invocation, { measure }) => {
    measure("eventsIndexed", 2);
    throw new Error("no");
  });
  expect(written).toMatchObject({ stage: "blue", [METRICS.eventsIndexed.name]: 2 });
});
