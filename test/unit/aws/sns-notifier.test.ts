import { PublishCommand, type PublishCommandInput, SNSClient } from "@aws-sdk/client-sns";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { ChatNotifier, SnsNotifier } from "#adapters/sns/sns-notifier.ts";
import type { Incident } from "#core/domain/incident.ts";
import { emailSubject, notificationText } from "#core/messages/notification.ts";
import type { Notice } from "#core/ports/notifier.ts";
import { notifierContract } from "../../contract/notifier.ts";
import { STORIES } from "../explain/stories.ts";

const TOPIC = "arn:aws:sns:eu-west-1:111122223333:trailwatch";
const LIMIT = 262_144;

const sns = mockClient(SNSClient);
beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: "message-1" });
});

for (const [name, Channel] of [
  ["SNS", SnsNotifier],
  ["chat", ChatNotifier],
] as const) {
  notifierContract(name, async () => {
    const received: string[] = [];
    const refusals = { count: 0 };
    sns.on(PublishCommand).callsFake(({ Message, MessageAttributes }) => {
      if (refusals.count-- > 0) throw Object.assign(new Error("no"), { name: "Throttling" });
      if (sizeOf({ Message, MessageAttributes }) > LIMIT)
        throw Object.assign(new Error("long"), { name: "InvalidParameter" });
      received.push(Message);
      return { MessageId: `message-${received.length}` };
    });
    return {
      notifier: new Channel(new SNSClient({}), TOPIC),
      received: async () => received,
      refuseNext: () => {
        refusals.count = 1;
      },
    };
  });
}

const noticeOf = (incident: Incident): Notice => ({
  incident,
  occasion: "opened",
  options: { more: "trailwatch show" },
});

async function published(incident: Incident): Promise<PublishCommandInput & { Message: string }> {
  expect(await new SnsNotifier(new SNSClient({}), TOPIC).publish(noticeOf(incident))).toBe("message-1");
  const input = sns.commandCalls(PublishCommand).at(-1)?.args[0].input as PublishCommandInput;
  return { ...input, Message: input.Message ?? "" };
}

const sizeOf = ({ Message, MessageAttributes }: PublishCommandInput): number =>
  Buffer.byteLength(Message ?? "") +
  Object.entries(MessageAttributes ?? {}).reduce(
    (sum, [name, { DataType, StringValue }]) => sum + Buffer.byteLength(`${name}${DataType}${StringValue}`),
    0,
  );

test("people get the text, machines the incident, filters what they may ask for", async () => {
  const { incident } = await STORIES.fleet();
  const { TopicArn, Subject, MessageStructure, Message, MessageAttributes } = await published(incident);
  expect([TopicArn, Subject, MessageStructure]).toEqual([TOPIC, emailSubject(incident), "json"]);
  const told = JSON.parse(Message);
  expect(told.email).toBe(notificationText(incident, { more: "trailwatch show" }));
  expect(told.sms).toBe(Subject);
  const machine = JSON.parse(told.default);
  expect(machine).toMatchObject({ kind: "incident", version: 1, occasion: "opened", id: incident.id, leftOut: [] });
  expect(machine.cost).toEqual(incident.cost);
  expect(machine.evidence.map(({ id }: { id: string }) => id)).toEqual(incident.evidence.map(({ id }) => id));
  expect(machine.findings[0]).toMatchObject({ kind: "anomaly", signal: "instances-launched" });
  expect(MessageAttributes).toEqual({
    severity: { DataType: "String", StringValue: "high" },
    account: { DataType: "String.Array", StringValue: '["111122223333"]' },
    signal: { DataType: "String.Array", StringValue: '["instances-launched","usd-per-hour-added"]' },
  });
});

test("a subject is shorter than 100 ASCII characters, whatever it tells", async () => {
  const { incident } = await STORIES.fleet();
  for (const length of [60, 88, 89, 90, 91, 92, 93, 94, 120]) {
    const summary = "x".repeat(length);
    const { Subject } = await published({ ...incident, explanation: { ...incident.explanation, summary } });
    expect(Subject).toMatch(/^[\x20-\x7e]{1,99}$/);
  }
});

describe("what is too long is left out, and said so", () => {
  const machineOf = (message: string) => JSON.parse(JSON.parse(message).default);

  test("evidence first", async () => {
    const { incident } = await STORIES.fleet();
    const fact = incident.evidence[0];
    if (!fact) throw new Error("the story has evidence");
    const evidence = Array.from({ length: 300 }, () => ({ ...fact, statement: 'a "quoted" word, '.repeat(60) }));
    const input = await published({ ...incident, evidence });
    expect(sizeOf(input)).toBeLessThanOrEqual(LIMIT);
    expect(machineOf(input.Message)).toMatchObject({ evidence: [], leftOut: ["300 pieces of evidence"] });
    expect(machineOf(input.Message).findings).toHaveLength(incident.findings.length);
  });

  test("then findings, of which the first fifty stay", async () => {
    const { incident } = await STORIES.fleet();
    const finding = incident.findings[0];
    if (!finding) throw new Error("the story has a finding");
    const findings = Array.from({ length: 900 }, () => ({ ...finding, severityReasons: ["x".repeat(500)] }));
    const input = await published({ ...incident, findings });
    expect(sizeOf(input)).toBeLessThanOrEqual(LIMIT);
    expect(machineOf(input.Message).findings).toHaveLength(50);
    expect(machineOf(input.Message).leftOut.at(-1)).toBe("850 findings");
  });

  test("at last all but who it is and how grave", async () => {
    const { incident } = await STORIES.fleet();
    const joinedBy = Array.from({ length: 500 }, () => "y".repeat(600));
    const accounts = Array.from({ length: 4000 }, (_, at) => ({
      ...(incident.accounts[0] as Incident["accounts"][number]),
      id: String(100_000_000_000 + at),
    }));
    const input = await published({ ...incident, joinedBy, accounts });
    expect(sizeOf(input)).toBeLessThanOrEqual(LIMIT);
    const machine = machineOf(input.Message);
    expect(machine).toMatchObject({ id: incident.id, severity: "high", leftOut: ["everything else"] });
    expect(machine.accounts).toHaveLength(50);
  });

  test("a mail ends with a whole line and where the rest is", async () => {
    const { incident } = await STORIES.fleet();
    const action = { title: "Look at it", detail: "é".repeat(400), consoleUrl: null, command: null };
    const actions = Array.from({ length: 500 }, () => action);
    const input = await published({ ...incident, explanation: { ...incident.explanation, actions } });
    expect(sizeOf(input)).toBeLessThanOrEqual(LIMIT);
    const { email } = JSON.parse(input.Message);
    expect(Buffer.byteLength(email)).toBeLessThanOrEqual(100_000);
    const lines = email.trimEnd().split("\n");
    expect(lines.at(-1)).toBe("[The rest is left out: a mail must not be longer. More: trailwatch show]");
    expect(lines.at(-2)).toMatch(/^(\d+\. Look at it| {3}é{400})$/);
  });
});

test("a chat gets the one form it shows, a thread an incident", async () => {
  const { incident } = await STORIES.mining();
  await new ChatNotifier(new SNSClient({}), TOPIC).publish({ ...noticeOf(incident), occasion: "updated" });
  const input = sns.commandCalls(PublishCommand).at(-1)?.args[0].input;
  expect(input?.Subject).toBeUndefined();
  const message = JSON.parse(input?.Message ?? "");
  expect(message).toMatchObject({
    version: "1.0",
    source: "custom",
    content: { textType: "client-markdown", keywords: ["critical", "open"] },
    metadata: {
      threadId: incident.id,
      eventType: "incident",
      additionalContext: { occasion: "updated", revision: "1" },
    },
  });
  expect(message.content.description).toContain("*📊 ANOMALY SUMMARY:*\nCRITICAL: GPU instances (8 x p3.16xlarge)");
  expect(Buffer.byteLength(message.content.description)).toBeLessThanOrEqual(4000);
});

test("a chat that reads Markdown makes no link of what logs say, and keeps ours", async () => {
  const { incident } = await STORIES.mining();
  const hostile = "[Acknowledge](https://evil.example) or www.evil.example";
  const [action, ...others] = incident.explanation.actions;
  if (!action) throw new Error("the story has an action");
  const consoleUrl = "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:";
  const actions = [{ ...action, title: hostile, detail: hostile, consoleUrl }, ...others];
  const explanation = { ...incident.explanation, summary: hostile, actions };
  await new ChatNotifier(new SNSClient({}), TOPIC).publish(noticeOf({ ...incident, explanation }));
  const { content, metadata } = JSON.parse(sns.commandCalls(PublishCommand).at(-1)?.args[0].input.Message ?? "");
  const shown = "[Acknowledge]\u2060(https:\u2060//evil.example) or www\u2060.evil.example";
  expect(content.title).toBe(`[CRITICAL] ${shown}`);
  expect(metadata.summary).toBe(content.title);
  expect(content.nextSteps[0]).toBe(shown);
  expect(content.description).toContain(`CRITICAL: ${shown}\n`);
  expect(content.description).toContain(`1. ${shown}\n    ${shown}\n    <${consoleUrl}>\n`);
});

test.each([
  ["AuthorizationError", 403, "AWS_ACCESS_DENIED"],
  ["KMSAccessDenied", 400, "AWS_ACCESS_DENIED"],
  ["KMSThrottling", 400, "AWS_THROTTLED"],
  ["NotFound", 404, "AWS_NOT_FOUND"],
  ["InvalidParameter", 400, "AWS_REFUSED"],
  ["InternalError", 500, "AWS_FAILED"],
])("%s (%i) is %s", async (name, httpStatusCode, code) => {
  sns.on(PublishCommand).rejects(Object.assign(new Error("no"), { name, $metadata: { httpStatusCode } }));
  const { incident } = await STORIES.fleet();
  await expect(new SnsNotifier(new SNSClient({}), TOPIC).publish(noticeOf(incident))).rejects.toMatchObject({
    code,
    message: expect.stringContaining(`publish to ${TOPIC}`),
  });
});
