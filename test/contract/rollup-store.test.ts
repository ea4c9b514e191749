import { MemoryRollupStore } from "../fakes/memory-rollup-store.ts";
import { rollupStoreContract } from "./rollup-store.ts";

rollupStoreContract("in memory", async () => new MemoryRollupStore());
