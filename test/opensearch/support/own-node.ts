import { randomBytes, randomInt } from "node:crypto";
import { afterAll, beforeAll } from "@jest/globals";
import {
  connectOpenSearch,
  type OpenSearchConnection,
  type OpenSearchOptions,
} from "#adapters/opensearch/connection.ts";
import { removeNode, startNode, stopNode } from "../../../tools/opensearch-node/node.ts";
import { DEFAULTS } from "../../../tools/opensearch-node/options.ts";
import { countTests } from "./live-node.ts";

/** Starting takes most of a minute on a machine that is busy. */
const START_MS = 300_000;

/** A node for one file alone, of which the tests may set and break what they like. */
export interface OwnNode {
  readonly connection: OpenSearchConnection;
  readonly options: OpenSearchOptions;
  readonly url: string;
  /** At once, as when the machine loses power. */
  kill(): Promise<void>;
  /** After {@link kill}: with the data that it had, at the same address. */
  restart(): Promise<void>;
}

/** Called at the top of a file or of a `describe`; the node is there from `beforeAll` on, and removed at the end. */
export function ownNode(settings: Readonly<Record<string, string>> = {}): OwnNode {
  countTests("live", []);
  // Below the ports that connections get, and not among those that other nodes look for: nobody else takes it while this one is down.
  const port = randomInt(10_000, 30_000);
  const options = { ...DEFAULTS, name: `test-${randomBytes(5).toString("hex")}`, heap: "512m", settings, port };
  let opened: { url: string; connection: OpenSearchConnection } | null = null;
  const node = () => {
    if (!opened) throw new Error("the node is there from beforeAll on");
    return opened;
  };
  beforeAll(async () => {
    const { url } = await startNode(options);
    opened = { url, connection: connectOpenSearch({ url, authentication: { kind: "none" } }) };
  }, START_MS);
  afterAll(async () => {
    await opened?.connection.close();
    await removeNode(options.name);
  }, START_MS);
  return {
    get connection() {
      return node().connection;
    },
    get options(): OpenSearchOptions {
      return { url: node().url, authentication: { kind: "none" } };
    },
    get url() {
      return node().url;
    },
    async kill() {
      await stopNode(options.name, { graceful: false });
    },
    async restart() {
      await startNode({ ...options, keep: true });
    },
  };
}
