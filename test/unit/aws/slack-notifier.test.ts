import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { sectionBlocks } from "#adapters/slack/blocks.ts";
import { SlackNotifier } from "#adapters/slack/slack-notifier.ts";
import type { Notice } from "#core/ports/notifier.ts";
import { notifierContract } from "../../contract/notifier.ts";
import { STORIES } from "../explain/stories.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A channel that answers with what it is told, in turn, the last one for good. */
async function channel(...answers: readonly (Answer | (() => Answer))[]) {
  const posted: { path: string; body: string; type: string | undefined; status: number }[] = [];
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const answer = answers[Math.min(posted.length, answers.length - 1)] ?? OK;
      const { status, body: said, headers = {} } = typeof answer === "function" ? answer() : answer;
      posted.push({ path: request.url ?? "", body, type: request.headers["content-type"], status });
      response.writeHead(status, headers).end(said);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posted };
}

async function read(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const part of request) body += part;
  return body;
}

const OK: Answer = { status: 200, body: "ok" };
const notice = async (): Promise<Notice> => ({
  incident: (await STORIES.mining()).incident,
  occasion: "opened",
  options: {},
});

notifierContract("Slack", async () => {
  const refusals = { count: 0 };
  const { url, posted } = await channel(() => (refusals.count-- > 0 ? { status: 503, body: "busy" } : OK));
  return {
    notifier: new SlackNotifier(async () => url),
    received: async () => posted.filter(({ status }) => status === 200).map(({ body }) => body),
    refuseNext: () => {
      refusals.count = 1;
    },
  };
});

test("sections become blocks, with the subject beside them", async () => {
  const { url, posted } = await channel(OK);
  expect(await new SlackNotifier(async () => `${url}/services/T/B/x`).publish(await notice())).toBe("ok");
  expect(posted).toHaveLength(1);
  expect(posted[0]).toMatchObject({ path: "/services/T/B/x", type: "application/json; charset=utf-8" });
  const { text, blocks } = JSON.parse(posted[0]?.body ?? "");
  expect(text).toMatch(/^\[CRITICAL\] GPU instances/);
  const texts = blocks.map((block: { text: { text: string } }) => block.text.text);
  expect(texts[0]).toBe("*🚨 AWS Usage Anomaly Detected - Enhanced Insights*");
  expect(texts[1]).toMatch(/^\*📊 ANOMALY SUMMARY:\*\nCRITICAL: /);
  expect(blocks.every((block: { text: object }) => "verbatim" in block.text)).toBe(true);
});

describe("blocks", () => {
  const texts = (text: string): readonly string[] => sectionBlocks(text).map((block) => block.text.text);

  test("a long section is parted between lines, within Slack's limit", () => {
    const lines = Array.from({ length: 90 }, (_, at) => `${at} ${"x".repeat(95)}`);
    const parts = texts(`*A*\n${lines.join("\n")}\n\n*B*\nend\n`);
    expect(parts.every((part) => part.length <= 3000)).toBe(true);
    expect(parts.at(-1)).toBe("*B*\nend");
    expect(parts.slice(0, -1).join("\n")).toBe(`*A*\n${lines.join("\n")}`);
  });
  test("a line that fits nowhere is left out whole", () => {
    expect(texts(`*A*\n${"&amp;".repeat(601)}\nz`)).toEqual(["*A*\n    _A line of 3005 characters is left out._\nz"]);
  });
  test("no more than fifty, the last of which says so", () => {
    const parts = texts(Array.from({ length: 60 }, (_, at) => `section ${at}`).join("\n\n"));
    expect(parts).toHaveLength(50);
    expect(parts.slice(-2)).toEqual(["section 48", "_The rest is left out: Slack takes no longer message._"]);
  });
});

test.each([
  ["text", (url: string) => `  ${url}/x\n`],
  ["url", (url: string) => JSON.stringify({ url: `${url}/x` })],
  ["webhookUrl", (url: string) => JSON.stringify({ note: "ours", webhookUrl: `${url}/x` })],
])("the secret may hold the address as %s", async (_, secret) => {
  const { url, posted } = await channel(OK);
  await new SlackNotifier(async () => secret(url)).publish(await notice());
  expect(posted[0]?.path).toBe("/x");
});

test.each([
  ["hooks.slack.com/services/SECRET", "it is no address"],
  ["http://hooks.slack.com/services/SECRET", "its address is not HTTPS"],
  ['{"token": "SECRET"}', "its JSON has none of the fields url, webhookUrl, webhook"],
  ['{"url": SECRET}', "it begins like JSON and is none"],
])("%s is refused without being repeated", async (secret, why) => {
  const error = await new SlackNotifier(async () => secret).publish(await notice()).catch((caught) => caught);
  expect(error).toMatchObject({ code: "CONFIGURATION_INVALID", message: expect.stringContaining(why) });
  expect(inFull(error)).not.toContain("SECRET");
});

test("an address that is gone is read anew once", async () => {
  const { url, posted } = await channel({ status: 404, body: "no_service" }, OK);
  const asked: boolean[] = [];
  const secret = async (fresh: boolean): Promise<string> => {
    asked.push(fresh);
    return fresh ? `${url}/new` : `${url}/old`;
  };
  await new SlackNotifier(secret).publish(await notice());
  expect(asked).toEqual([false, true]);
  expect(posted.map(({ path }) => path)).toEqual(["/old", "/new"]);
});

test.each([
  [{ status: 404, body: "no_service" }, "NOTIFICATION_REFUSED", "404: no_service"],
  [{ status: 400, body: "invalid_blocks" }, "NOTIFICATION_REFUSED", "400: invalid_blocks"],
  [{ status: 503, body: "<html>\u001b[2J" }, "NOTIFICATION_FAILED", "503: <html>"],
  [{ status: 429, body: "", headers: { "retry-after": "30" } }, "NOTIFICATION_FAILED", "a pause of 30 seconds"],
])("%j is %s", async (answer, code, said) => {
  const { url, posted } = await channel(answer);
  const failure = new SlackNotifier(async () => `${url}/SECRET`).publish(await notice()).catch((caught) => caught);
  const error = await failure;
  expect(error).toMatchObject({ code, message: expect.stringContaining(said) });
  expect(inFull(error)).not.toContain("SECRET");
  expect(error.message).toMatch(/^[\x20-\x7e]+$/);
  expect(posted).toHaveLength(1);
});

test("no connection is told without the address; nothing is sent on to elsewhere", async () => {
  const { url: closed } = await channel(OK);
  for (const close of closing.splice(0)) close();
  const gone = await new SlackNotifier(async () => `${closed}/SECRET`).publish(await notice()).catch((e) => e);
  expect(gone).toMatchObject({ code: "NOTIFICATION_FAILED", message: "Slack cannot be reached: ECONNREFUSED" });
  expect(inFull(gone)).not.toContain("SECRET");
  const elsewhere = await channel(OK);
  const { url } = await channel({ status: 307, body: "", headers: { location: elsewhere.url } });
  await expect(new SlackNotifier(async () => url).publish(await notice())).rejects.toMatchObject({
    code: "NOTIFICATION_FAILED",
  });
  expect(elsewhere.posted).toEqual([]);
});

/** All that a log line could show of an error. */
function inFull(error: Error): string {
  const own = Object.fromEntries(Object.getOwnPropertyNames(error).map((key) => [key, Reflect.get(error, key)]));
  return JSON.stringify({ ...own, cause: error.cause instanceof Error ? inFull(error.cause) : error.cause });
}
