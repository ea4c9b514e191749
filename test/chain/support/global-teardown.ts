import stopCluster from "../../opensearch/support/global-teardown.ts";
import { removeAssembly } from "./assembly.ts";

export default async function tearDown(): Promise<void> {
  removeAssembly(process.env);
  await stopCluster();
}
