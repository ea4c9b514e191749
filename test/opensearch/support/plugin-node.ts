import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll } from "@jest/globals";
import type { OpenSearchConnection, OpenSearchOptions } from "#adapters/opensearch/connection.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { type StandIn, startStandIn } from "../stand-in/index.ts";
import { optionsFrom, remembered } from "./cluster.ts";
import { closeNode, countTests, liveNode, nodeOf, type TestNode } from "./live-node.ts";
import type { Place } from "./tally.ts";

export type PluginName =
  | "opensearch-anomaly-detection"
  | "opensearch-alerting"
  | "opensearch-notifications"
  | "opensearch-index-management"
  | "opensearch-security";

export interface PluginNode extends TestNode {
  readonly place: Place;
  /** What the node takes for the present time, in epoch milliseconds. */
  now(): EpochMs;
  /** Waits that long; the stand-in's clock is put forward instead. */
  letPass(milliseconds: number): Promise<void>;
  /** For what cannot be done to somebody's cluster, such as a restart. `null` where the tests run live. */
  readonly standIn: StandIn | null;
}

/** Where a test that needs this plugin runs. */
export const whereIs = (plugin: PluginName): Place => (remembered().plugins.includes(plugin) ? "live" : "stand-in");

/**
 * The cluster where it has all of these plugins, else the stand-in for their APIs in front of it: the tests are the
 * same, and count accordingly. Called like {@link liveNode}; what it answers can be used from `beforeAll` on. A file
 * fails when it sent what the stand-in does not know, as nobody knows what a real node would answer.
 */
export function nodeWith(...wanted: readonly PluginName[]): PluginNode {
  const { plugins } = remembered();
  const missing = wanted.filter((plugin) => !plugins.includes(plugin));
  if (missing.length === 0) return onCluster(liveNode());
  countTests("stand-in", missing);
  const node = new StandInNode(wanted);
  beforeAll(() => node.open());
  afterAll(() => node.close());
  return node;
}

const onCluster = (node: TestNode): PluginNode => ({
  ...node,
  place: "live",
  now: Date.now,
  letPass: (milliseconds) => wait(milliseconds),
  standIn: null,
});

/** Of a stand-in with security: who the tests are, as on a live node somebody with all rights; and somebody with none. */
const OWNER = { name: "tw-test-owner", password: randomBytes(12).toString("hex") };
export const STAND_IN_NOBODY = { name: "tw-test-nobody", password: randomBytes(12).toString("hex") };
const USERS = {
  [OWNER.name]: { password: OWNER.password, all: true },
  [STAND_IN_NOBODY.name]: { password: STAND_IN_NOBODY.password },
};

interface User {
  readonly name: string;
  readonly password: string;
}

export const as = ({ name, password }: User): OpenSearchOptions["authentication"] => ({
  kind: "basic",
  username: name,
  password,
});

class StandInNode implements PluginNode {
  readonly place = "stand-in";
  readonly #wanted: readonly PluginName[];
  #opened: { readonly standIn: StandIn; readonly node: TestNode } | null = null;

  constructor(wanted: readonly PluginName[]) {
    this.#wanted = wanted;
  }

  async open(): Promise<void> {
    const cluster = remembered();
    const isSecured = this.#wanted.includes("opensearch-security");
    const standIn = await startStandIn({
      coreUrl: cluster.url,
      ...(isSecured ? { users: USERS } : {}),
    });
    const plugins = new Set([...cluster.plugins, ...standIn.plugins]);
    const options = {
      ...optionsFrom(process.env),
      url: standIn.url,
      ...(isSecured ? { authentication: as(OWNER) } : {}),
    };
    this.#opened = { standIn, node: nodeOf(cluster, options, plugins) };
    const nowhere = this.#wanted.filter((plugin) => !plugins.has(plugin));
    if (nowhere.length > 0) throw new Error(`neither the node nor the stand-in has ${nowhere.join(", ")}`);
  }

  async close(): Promise<void> {
    if (!this.#opened) return;
    const { standIn, node } = this.#opened;
    const refused = [...standIn.refused];
    try {
      await closeNode(node);
    } finally {
      await standIn.close();
    }
    if (refused.length > 0) throw new Error(`never recorded, so never proven:\n${refused.join("\n")}`);
  }

  get #there(): { readonly standIn: StandIn; readonly node: TestNode } {
    if (!this.#opened) throw new Error("the stand-in is there from beforeAll on");
    return this.#opened;
  }

  get connection(): OpenSearchConnection {
    return this.#there.node.connection;
  }
  get options(): OpenSearchOptions {
    return this.#there.node.options;
  }
  get url(): string {
    return this.#there.node.url;
  }
  get version(): string {
    return this.#there.node.version;
  }
  get plugins(): ReadonlySet<string> {
    return this.#there.node.plugins;
  }
  get namespace(): string {
    return this.#there.node.namespace;
  }
  get standIn(): StandIn {
    return this.#there.standIn;
  }
  now(): EpochMs {
    return this.#there.standIn.now();
  }
  async letPass(milliseconds: number): Promise<void> {
    this.#there.standIn.advance(milliseconds);
  }
}
