import startCluster from "../../opensearch/support/global-setup.ts";
import { prepareAssembly } from "./assembly.ts";

/** A cluster, and the bundles that a deployment uploads. */
export default async function setUp(): Promise<void> {
  prepareAssembly(process.env);
  await startCluster();
}
