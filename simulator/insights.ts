import { logPath, type OutputFile } from "./delivery.ts";
import type { Insight } from "./plants/stage.ts";
import { HOUR, isoSeconds, MINUTE } from "./time.ts";
import type { World } from "./world.ts";

/** Files of CloudTrail Insights for what was planted: a record at the start and one at the end, with one shared id. */
export function* insightFiles(
  world: World,
  insights: readonly Insight[],
): Generator<OutputFile & { readonly records: number }> {
  const random = world.random("insights");
  for (const insight of insights) {
    const shared = random.uuid();
    const record = (state: "Start" | "End") => ({
      eventVersion: "1.08",
      eventTime: isoSeconds(Math.floor((state === "Start" ? insight.start : insight.end) / MINUTE) * MINUTE),
      awsRegion: insight.region,
      eventID: random.uuid(),
      eventType: "AwsCloudTrailInsight",
      recipientAccountId: insight.account.id,
      sharedEventID: shared,
      insightDetails: {
        state,
        eventSource: insight.source,
        eventName: insight.name,
        errorCode: insight.errorCode,
        insightType: insight.type,
        insightContext: {
          statistics: {
            baseline: { average: round(insight.baseline) },
            insight: { average: round(insight.rate) },
            insightDuration: Math.max(1, Math.round((insight.end - insight.start) / MINUTE)),
            baselineDuration: 7 * 24 * 60,
          },
          attributions: [
            {
              attribute: "userIdentityArn",
              insight: [{ value: insight.principal, average: round(insight.rate) }],
              baseline: [{ value: insight.principal, average: round(insight.baseline) }],
            },
          ],
        },
      },
      eventCategory: "Insight",
    });
    // Insights are delivered within about half an hour of the activity (AWS documentation).
    const delivered = insight.end + random.int(0.2 * HOUR, 0.6 * HOUR);
    const path = logPath(world, insight.account, insight.region, "CloudTrail-Insight", delivered, random);
    yield { path, text: JSON.stringify({ Records: [record("Start"), record("End")] }), records: 2 };
  }
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6;
