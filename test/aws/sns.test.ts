import {
  CreateTopicCommand,
  SetSubscriptionAttributesCommand,
  type SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { SnsNotifier } from "#adapters/sns/sns-notifier.ts";
import { sampleFinding } from "../contract/finding-store.ts";
import { sampleNotice } from "../contract/notifier.ts";
import { snsClient, sqsClient } from "./clients.ts";
import { type Emulator, startEmulator } from "./emulator.ts";

let emulator: Emulator;
let sns: SNSClient;
let sqs: SQSClient;

beforeAll(async () => {
  emulator = await startEmulator();
  sns = snsClient(emulator.endpoint);
  sqs = sqsClient(emulator.endpoint);
}, 30_000);
afterAll(() => emulator?.stop());

/** A queue that gets what a filter policy lets through; answers with the bodies that came. */
async function subscribed(TopicArn: string, name: string, filter?: object): Promise<() => Promise<readonly string[]>> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: "sqs",
      Endpoint: Attributes?.["QueueArn"],
      ReturnSubscriptionArn: true,
    }),
  );
  const set = (AttributeName: string, AttributeValue: string) =>
    sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
  await set("RawMessageDelivery", "true");
  if (filter) await set("FilterPolicy", JSON.stringify(filter));
  return async () => {
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return (Messages ?? []).map(({ Body }) => Body ?? "");
  };
}

test("machines get the incident, each what it asked for by account, severity and signal", async () => {
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "trailwatch" }));
  const all = await subscribed(TopicArn, "all");
  const ours = await subscribed(TopicArn, "ours", { account: ["111111111111"], severity: ["high", "critical"] });
  const root = await subscribed(TopicArn, "root", { signal: ["root-use"] });
  const others = await subscribed(TopicArn, "others", { account: ["999999999999"] });
  const notice = sampleNotice("inc-1", { severity: "high", findings: [sampleFinding("f-1")] });
  expect(await new SnsNotifier(sns, TopicArn).publish(notice)).toMatch(/./);
  for (const queue of [all, ours, root]) {
    const [body, ...more] = await queue();
    expect(more).toEqual([]);
    expect(JSON.parse(body ?? "")).toMatchObject({ kind: "incident", id: "inc-1", severity: "high" });
  }
  expect(await others()).toEqual([]);
});

test("the largest incident passes the limits of SNS", async () => {
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "trailwatch-large" }));
  const findings = Array.from({ length: 800 }, (_, at) =>
    sampleFinding(`f-${at}`, { severityReasons: [`"reason" ${at} 🚨 `.repeat(100)] }),
  );
  const notice = sampleNotice("inc-1", { findings });
  const summary = `${"x".repeat(300)} 🚨\n`;
  const incident = { ...notice.incident, explanation: { ...notice.incident.explanation, summary } };
  expect(await new SnsNotifier(sns, TopicArn).publish({ ...notice, incident })).toMatch(/./);
});

test("a topic that is not there is said to be missing", async () => {
  const gone = new SnsNotifier(sns, "arn:aws:sns:us-east-1:123456789012:gone");
  await expect(gone.publish(sampleNotice("inc-1"))).rejects.toMatchObject({ code: "AWS_NOT_FOUND" });
});
