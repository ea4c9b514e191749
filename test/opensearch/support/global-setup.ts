import { TrailwatchError } from "#core/domain/errors.ts";
import { startNode } from "../../../tools/opensearch-node/node.ts";
import { NodeError } from "../../../tools/opensearch-node/node-error.ts";
import { DEFAULTS } from "../../../tools/opensearch-node/options.ts";
import { lookAt, optionsFrom, remember } from "./cluster.ts";
import { openTally } from "./tally.ts";

/** Set where the run started the node, and so ends it. */
export const STARTED = "TRAILWATCH_TEST_STARTED_NODE";

const say = (text: string): void => void process.stderr.write(`opensearch: ${text}\n`);

/** The cluster of `OPENSEARCH_URL`, or a node of our own; what it is, for every test file. */
export default async function setUp(): Promise<void> {
  const { env } = process;
  if (env["OPENSEARCH_INSECURE"] === "1") env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  if (env["OPENSEARCH_CA"]) env["NODE_EXTRA_CA_CERTS"] = env["OPENSEARCH_CA"];
  const cluster = await withNextStep(async () => {
    if (!env["OPENSEARCH_URL"]) await ownCluster();
    return lookAt(optionsFrom(env));
  });
  remember(cluster, env);
  openTally(env);
  say(`OpenSearch ${cluster.version} at ${cluster.url}, plugins: ${cluster.plugins.join(", ") || "none"}`);
}

async function ownCluster(): Promise<void> {
  const { url, already } = await startNode(DEFAULTS, say);
  process.env["OPENSEARCH_URL"] = url;
  if (!already) process.env[STARTED] = "1";
}

/** Jest shows the message alone. */
async function withNextStep<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NodeError || error instanceof TrailwatchError)) throw error;
    throw new Error(`${error.message}\n  next: ${error.nextStep}`, { cause: error });
  }
}
