import { MemoryFailedBatches } from "../fakes/memory-failed-batches.ts";
import { MemoryAnswers, MemoryBlobs, MemorySnapshots } from "../fakes/memory-keeping.ts";
import { answerCacheContract, blobStoreContract, failedBatchesContract, snapshotStoreContract } from "./keeping.ts";

blobStoreContract("in memory", async () => new MemoryBlobs());
snapshotStoreContract("in memory", async () => new MemorySnapshots());
answerCacheContract("in memory", async (clock) => new MemoryAnswers(clock));
failedBatchesContract("in memory", async () => new MemoryFailedBatches());
