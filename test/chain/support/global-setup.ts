import startCluster from "../../opensearch/support/global-setup.ts";
import { prepareAssembly, removeAssembly } from "./assembly.ts";

/** A cluster, and the bundles that a deployment uploads. */
export default async function setUp(): Promise<void> {
  prepareAssembly(process.env);
  try {
    await startCluster();
  } catch (error) {
    removeAssembly(process.env);
    throw error;
  }
}
