import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type StandIn, startStandIn } from "./index.ts";
import { exchanges } from "./recordings.ts";
import { Replay } from "./replay.ts";
import { openWebhook, type Webhook } from "./webhook.ts";

/** The recorded exchanges of the notifications plugin, with other ids, names and addresses. */

let standIn: StandIn;
let webhook: Webhook;
let replay: Replay;

beforeAll(async () => {
  standIn = await startStandIn({ coreUrl: process.env["OPENSEARCH_URL"] ?? "http://127.0.0.1:9200" });
  webhook = await openWebhook();
  const names = [
    ["http://127.0.0.1:9977", webhook.url],
    ["trailwatch", "watchtower"],
  ] as const;
  replay = new Replay(standIn.url, { names, shiftMs: -86_400_000 });
});

afterAll(async () => {
  await standIn.close();
  await webhook.close();
});

/** What was done before the exchange without being recorded. */
const BEFORE: Readonly<Record<string, () => Promise<unknown>>> = {
  "create-sns-stand-in": () => replay.ask("DELETE", "/_plugins/_notifications/configs/trailwatch-hook", "", null),
  "test-sns-ok": async () => standIn.addTopics(["arn:aws:sns:us-east-1:123456789012:trailwatch"]),
};

test.each(exchanges("notifications").map((exchange) => [exchange.name, exchange] as const))(
  "%s",
  async (name, exchange) => {
    await BEFORE[name]?.();
    expect(await replay.send(exchange)).toEqual([]);
  },
);

test("the tests of the hook arrived there", () => {
  const text = "Message content body for config id watchtower-hook";
  expect(webhook.received.filter((body) => body === text)).toHaveLength(2);
  expect(standIn.refused).toEqual([]);
});
