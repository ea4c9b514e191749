import { randomBytes } from "node:crypto";
import { expect } from "@jest/globals";
import { CoreNode } from "./core-node.ts";
import { startStandIn } from "./index.ts";
import { coreUrl, differencesIn, SLOWEST_MS, standInTest } from "./own-tests.ts";
import { type Exchange, exchanges } from "./recordings.ts";
import { Replay } from "./replay.ts";
import { changedNames, RECORDED_NOW, ReplayData } from "./replay-data.ts";

const own = `t-${randomBytes(3).toString("hex")}-`;
const shiftMs = -86_400_000;

const LEFT_OUT: Readonly<Record<string, string>> = {
  "admin-cert-system-index": "the stand-in has no TLS, and so no client certificates",
};

const PASSWORDS: Readonly<Record<string, string>> = { boss: "b", limited: "l", reader: "r", nobody: "n" };

standInTest(
  "answers as the security plugin did, with other ids, names and times",
  async () => {
    const core = new CoreNode(coreUrl);
    const data = new ReplayData(core, shiftMs, own);
    const users = Object.entries(PASSWORDS).map(
      ([name, password]) => [name, { password, all: name === "boss" }] as const,
    );
    const clock = () => RECORDED_NOW + 1_057_000 + shiftMs;
    const standIn = await startStandIn({ coreUrl, clock, users: Object.fromEntries(users) });
    try {
      await data.load();
      const names = [
        ...changedNames(own),
        ["trailwatch_", `${own}trailwatch_`],
        ["usage-events-", `${own}usage-events-`],
      ] as const;
      const replay = new Replay(standIn.url, { names, shiftMs });
      const sent = exchanges("security").filter(({ name }) => !(name in LEFT_OUT));
      /** Done before the exchange without being recorded. */
      const before: Readonly<Record<string, () => Promise<unknown>>> = {
        "authinfo-limited": () => replay.send(exchangeNamed("role-put"), { headers: credentialsOf("boss") }),
        "boss-ad-get-with-user": async () => {
          await standIn.idle();
          standIn.advance(11_000);
        },
      };
      const different = await differencesIn(
        sent.map((exchange) => [exchange.name, exchange] as const),
        async (name, exchange) => {
          await before[name]?.();
          const headers = credentialsIn(exchange);
          return replay.send(exchange, { headers, shapeOnly: name === "reader-result-index" });
        },
      );
      expect(different).toEqual({});
      expect(standIn.refused).toEqual([]);
    } finally {
      await standIn.close();
      await data.clear();
      await core.ask("DELETE", `/opensearch-ad-plugin-result-${own}*,${own}usage-events-*`);
    }
  },
  SLOWEST_MS,
);

/** The recording shows names in the place of credentials. */
function credentialsIn({ request: { headers = {} } }: Exchange): Record<string, string> {
  const shown = headers["authorization"];
  return shown === undefined ? {} : credentialsOf(/^Basic <user (\w+)>$/.exec(shown)?.[1] ?? "");
}

const credentialsOf = (name: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${name}:${PASSWORDS[name] ?? "wrong"}`).toString("base64")}`,
});

const exchangeNamed = (name: string): Exchange => exchanges("security").find((one) => one.name === name) as Exchange;
