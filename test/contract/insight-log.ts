import { beforeEach, describe, expect, test } from "@jest/globals";
import type { InsightRecord } from "#core/domain/insight.ts";
import { HOUR } from "#core/domain/time.ts";
import type { InsightLog } from "#core/ports/insight-log.ts";

const START = Date.UTC(2026, 10, 3, 2);

/** A plain record to start a handwritten one from. */
export const sampleInsight = (id: string, changes: Partial<InsightRecord> = {}): InsightRecord => ({
  id,
  time: START,
  account: "111111111111",
  region: "eu-west-1",
  service: "ec2",
  action: "RunInstances",
  insightType: "ApiCallRateInsight",
  state: "start",
  baseline: 0.1,
  insight: 12,
  durationMinutes: null,
  errorCode: null,
  sharedEventId: `shared-${id}`,
  attributions: [{ attribute: "principal", value: "arn:aws:iam::111111111111:role/it's", average: 12 }],
  ...changes,
});

/** What every log of Insights keeps and answers. */
export function insightLogContract(name: string, open: () => Promise<InsightLog>): void {
  describe(`insight log: ${name}`, () => {
    let log: InsightLog;
    beforeEach(async () => {
      log = await open();
    });

    test("answers with the records of a window in time order", async () => {
      const records = [
        sampleInsight("b", { time: START + HOUR, state: "end", durationMinutes: 60 }),
        sampleInsight("a"),
        sampleInsight("a", { account: "222222222222", time: START + 1 }),
      ];
      await log.keep(records);
      const of = async (start: number, end: number) => await log.records({ start, end });
      expect(await of(START, START + HOUR + 1)).toEqual([records[1], records[2], records[0]]);
      expect(await of(START + 1, START + HOUR)).toEqual([records[2]]);
      expect(await of(0, START)).toEqual([]);
    });

    test("one that comes again is one", async () => {
      await log.keep([sampleInsight("a"), sampleInsight("a")]);
      await log.keep([sampleInsight("a")]);
      await log.keep([]);
      expect(await log.records({ start: 0, end: START + HOUR })).toEqual([sampleInsight("a")]);
    });
  });
}
