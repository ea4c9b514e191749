import { afterAll, beforeAll } from "@jest/globals";
import { type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import { simulate } from "#simulator/index.ts";
import { type Emulator, startEmulator } from "../../aws/emulator.ts";
import { liveNode } from "../../opensearch/support/live-node.ts";
import { type EmbeddedWorld, embeddedWorld } from "../../opensearch/world/embedded.ts";
import { Chain } from "./chain.ts";
import type { Delivery } from "./deliveries.ts";

/** `TRAILWATCH_WORLD=4x8 npm run test:chain -- world`: accounts and days. */
const [accounts = 2, days = 4] = (process.env["TRAILWATCH_WORLD"] ?? "2x4").split("x").map(Number);
export const SIZE = { accounts, days, seed: 7 };

/** After the last event, its bucket closes, and what is found in it is told. */
const AFTER: EpochMs = HOUR;
const LONG_MS = 60 * MINUTE;

/** A simulated organization that went through a deployment; there from `beforeAll` on. */
export interface ChainWorld {
  readonly chain: Chain;
  /** What one analysis of all its files says. */
  readonly embedded: EmbeddedWorld;
}

/** Called at the top of a file. @param order of the payloads that come at the same time */
export function chainWorld(
  deliveries: readonly Delivery[],
  order: (payloads: readonly object[]) => readonly object[] = (payloads) => payloads,
): () => ChainWorld {
  const node = liveNode();
  let emulator: Emulator | undefined;
  let embedded: EmbeddedWorld | undefined;
  let chain: Chain | undefined;
  beforeAll(async () => {
    emulator = await startEmulator();
    embedded = await embeddedWorld(SIZE);
    const { organizationId, start, end } = embedded.truth;
    const [from, to] = [Date.parse(start), Date.parse(end)];
    chain = await Chain.open({ node, emulator, name: "world", organizationId, organization: listed() }, from);
    await chain.live(deliveries, times(from, to, Math.max(to, deliveries.at(-1)?.at ?? to) + AFTER), order);
  }, LONG_MS);
  afterAll(async () => {
    await chain?.close();
    emulator?.stop();
    embedded?.remove();
  });
  return () => {
    if (!chain || !embedded) throw new Error("the world is there from beforeAll on");
    return { chain, embedded };
  };
}

/** Accounts and units, as the simulator writes them. */
function listed(): unknown {
  for (const { path, text } of simulate(SIZE)) if (path === "organization.json") return JSON.parse(text);
  throw new Error("a world has an organization");
}

/** Seldom in the first half, in which models learn; every hour in the second one. */
function times(start: EpochMs, end: EpochMs, until: EpochMs): readonly EpochMs[] {
  const half = (start + end) / 2;
  const found: EpochMs[] = [];
  for (let now = start + 6 * HOUR; now < until; now += now < half ? 6 * HOUR : HOUR) found.push(now);
  return [...found, until];
}
