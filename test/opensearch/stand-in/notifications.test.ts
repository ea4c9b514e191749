import { expect } from "@jest/globals";
import { startStandIn } from "./index.ts";
import { coreUrl, differencesIn, standInTest } from "./own-tests.ts";
import { exchanges } from "./recordings.ts";
import { Replay } from "./replay.ts";
import { openWebhook } from "./webhook.ts";

standInTest("answers as the notifications plugin did, with other ids, names and addresses", async () => {
  const standIn = await startStandIn({ coreUrl });
  const webhook = await openWebhook();
  try {
    const names = [
      ["http://127.0.0.1:9977", webhook.url],
      ["trailwatch", "watchtower"],
    ] as const;
    const replay = new Replay(standIn.url, { names, shiftMs: -86_400_000 });
    /** What was done before the exchange without being recorded. */
    const before: Readonly<Record<string, () => Promise<unknown>>> = {
      "create-sns-stand-in": () => replay.ask("DELETE", "/_plugins/_notifications/configs/trailwatch-hook", "", null),
      "test-sns-ok": async () => standIn.addTopics(["arn:aws:sns:us-east-1:123456789012:watchtower"]),
    };
    const steps = exchanges("notifications").map((exchange) => [exchange.name, exchange] as const);
    const different = await differencesIn(steps, async (name, exchange) => {
      await before[name]?.();
      return replay.send(exchange);
    });
    expect(different).toEqual({});
    const text = "Message content body for config id watchtower-hook";
    expect(webhook.received.filter((body) => body === text)).toHaveLength(2);
    expect(standIn.refused).toEqual([]);
  } finally {
    await standIn.close();
    await webhook.close();
  }
});
