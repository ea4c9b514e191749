import { rmSync } from "node:fs";
import stopCluster from "../../opensearch/support/global-teardown.ts";
import { assemblyFolder } from "./assembly.ts";

export default async function tearDown(): Promise<void> {
  const folder = assemblyFolder(process.env);
  if (folder) rmSync(folder, { recursive: true, force: true });
  await stopCluster();
}
