import { MemoryRollupStore } from "#adapters/memory/rollup-store.ts";
import { rollupStoreContract } from "./rollup-store.ts";

rollupStoreContract("in memory", async () => new MemoryRollupStore());
