/** A plain record of CloudTrail's, with what a test changes. */
export const cloudtrailRecord = (changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  eventVersion: "1.08",
  userIdentity: {
    type: "IAMUser",
    principalId: "AIDAEXAMPLE",
    arn: "arn:aws:iam::111122223333:user/alice",
    accountId: "111122223333",
    accessKeyId: "AKIAEXAMPLE",
    userName: "alice",
  },
  eventTime: "2026-11-03T02:14:00Z",
  eventSource: "ec2.amazonaws.com",
  eventName: "DescribeInstances",
  awsRegion: "eu-west-1",
  sourceIPAddress: "198.51.100.7",
  userAgent: "aws-cli/2.15.0",
  requestParameters: { filterSet: {} },
  responseElements: null,
  requestID: "0c1b2a39-4855-4657-8a9b-0c1b2a394855",
  eventID: "11111111-2222-4333-8444-555555555555",
  readOnly: true,
  eventType: "AwsApiCall",
  managementEvent: true,
  recipientAccountId: "111122223333",
  eventCategory: "Management",
  ...changes,
});

/** The n-th of many event ids. */
export const eventId = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;

export const recordsFile = (records: readonly unknown[]): Buffer => Buffer.from(JSON.stringify({ Records: records }));
