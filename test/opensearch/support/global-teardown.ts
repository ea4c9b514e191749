import { stopNode } from "../../../tools/opensearch-node/node.ts";
import { STARTED } from "./global-setup.ts";
import { removeTally } from "./tally.ts";

export default async function tearDown(): Promise<void> {
  removeTally(process.env);
  if (process.env[STARTED]) await stopNode();
}
