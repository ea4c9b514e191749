import { randomBytes } from "node:crypto";
import { afterAll, beforeEach, expect } from "@jest/globals";
import {
  connectOpenSearch,
  type OpenSearchConnection,
  type OpenSearchOptions,
} from "#adapters/opensearch/connection.ts";
import { cleanUp } from "./clean-up.ts";
import { type Cluster, optionsFrom, remembered } from "./cluster.ts";
import { declare, type Place } from "./tally.ts";

/** What a test file works with. All that it makes is named with the namespace, and is removed when the file has ended. */
export interface TestNode {
  readonly connection: OpenSearchConnection;
  /** To connect once more, as a command does that is tested from outside. */
  readonly options: OpenSearchOptions;
  readonly url: string;
  readonly version: string;
  readonly plugins: ReadonlySet<string>;
  readonly namespace: string;
}

const newNamespace = (): string => `tw-test-${randomBytes(5).toString("hex")}-`;

/**
 * The cluster itself. Called at the top of a file, or of a `describe`, whose tests then count as run live. Settings of
 * the whole cluster are not a test's to change here: other files run at the same time (see `ownNode`).
 */
export function liveNode(): TestNode {
  const cluster = remembered();
  const options = optionsFrom(process.env);
  const node = nodeOf(cluster, options, new Set(cluster.plugins));
  countTests("live", []);
  afterAll(() => closeNode(node));
  return node;
}

export const nodeOf = (cluster: Cluster, options: OpenSearchOptions, plugins: ReadonlySet<string>): TestNode => ({
  connection: connectOpenSearch(options),
  options,
  url: options.url,
  version: cluster.version,
  plugins,
  namespace: newNamespace(),
});

export async function closeNode({ connection, namespace, plugins }: TestNode): Promise<void> {
  try {
    await cleanUp(connection, namespace, plugins);
  } finally {
    await connection.close();
  }
}

/** The tests of this file, or of the suite around, are counted as run there. */
export function countTests(place: Place, missing: readonly string[]): void {
  beforeEach(() => {
    const { testPath, currentTestName } = expect.getState();
    declare({ path: testPath ?? "", test: currentTestName ?? "", place, missing });
  });
}
