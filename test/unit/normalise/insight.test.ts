import { expect, test } from "@jest/globals";
import { normaliseRecord } from "#core/normalise/index.ts";
import { hash } from "./fixtures.ts";

const insight = (fields: Record<string, unknown> = {}, details: Record<string, unknown> = {}) => ({
  eventVersion: "1.09",
  eventTime: "2026-11-03T02:14:00Z",
  awsRegion: "us-east-1",
  eventID: "a1",
  eventType: "AwsCloudTrailInsight",
  recipientAccountId: "111122223333",
  sharedEventID: "s1",
  insightDetails: {
    state: "Start",
    eventSource: "ec2.amazonaws.com",
    eventName: "RunInstances",
    insightType: "ApiCallRateInsight",
    insightContext: {
      statistics: {
        baseline: { average: 0.0020833333 },
        insight: { average: 12.5 },
        insightDuration: 4,
        baselineDuration: 10080,
      },
      attributions: [
        {
          attribute: "userIdentityArn",
          insight: [
            { value: "arn:aws:sts::111122223333:assumed-role/a/b", average: 1 },
            { value: "arn:aws:sts::111122223333:assumed-role/c/d", average: 11.5 },
          ],
          baseline: [{ value: "arn:aws:iam::111122223333:user/e", average: 0.002 }],
        },
        { attribute: "errorCode", insight: [{ value: "null", average: 12.5 }], baseline: [] },
      ],
    },
    ...details,
  },
  eventCategory: "Insight",
  ...fields,
});

test("an insight of a call rate", () => {
  expect(normaliseRecord(insight(), hash)).toEqual({
    kind: "insight",
    insight: {
      id: "a1",
      time: Date.UTC(2026, 10, 3, 2, 14),
      account: "111122223333",
      region: "us-east-1",
      service: "ec2",
      action: "RunInstances",
      insightType: "ApiCallRateInsight",
      state: "start",
      baseline: 0.0020833333,
      insight: 12.5,
      durationMinutes: 4,
      errorCode: null,
      sharedEventId: "s1",
      attributions: [
        { attribute: "principal", value: "arn:aws:sts::111122223333:assumed-role/c/d", average: 11.5 },
        { attribute: "principal", value: "arn:aws:sts::111122223333:assumed-role/a/b", average: 1 },
      ],
    },
  });
});

test("the end of an insight of an error rate", () => {
  const details = {
    state: "End",
    insightType: "ApiErrorRateInsight",
    errorCode: "AccessDenied",
    insightContext: undefined,
  };
  expect(normaliseRecord(insight({}, details), hash)).toMatchObject({
    insight: { state: "end", errorCode: "AccessDenied", baseline: null, insight: null, attributions: [] },
  });
});

test.each([
  [insight({ insightDetails: undefined }), "missing-field", "insightDetails is missing"],
  [insight({}, { eventName: undefined }), "missing-field", "insightDetails.eventName is missing"],
  [insight({}, { state: "Middle" }), "wrong-type", 'insightDetails.state should be Start or End, but is "Middle"'],
  [insight({ insightDetails: 3 }), "wrong-type", "insightDetails should be an object, but is 3"],
])("an insight that lacks something is rejected", (record, reason, detail) => {
  expect(normaliseRecord(record, hash)).toEqual({ kind: "rejected", reason, detail });
});
