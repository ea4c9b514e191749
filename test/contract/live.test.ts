import { MemoryFirstUses } from "#adapters/memory/first-uses.ts";
import { MemoryInsightLog } from "#adapters/memory/insight-log.ts";
import { nanoUsd } from "#core/domain/money.ts";
import { MemoryCheckpoints } from "../fakes/memory-checkpoints.ts";
import { MemoryAllowance, MemoryCostHistory } from "../fakes/memory-cost-history.ts";
import { MemoryFindingStore } from "../fakes/memory-finding-store.ts";
import { MemoryIncidentMirror } from "../fakes/memory-incident-mirror.ts";
import { MemoryLeases } from "../fakes/memory-leases.ts";
import { MemoryLiveIncidents } from "../fakes/memory-live-incidents.ts";
import { MemoryModelStates } from "../fakes/memory-model-states.ts";
import { MemoryNotifier } from "../fakes/memory-notifier.ts";
import { checkpointsContract } from "./checkpoints.ts";
import { allowanceContract, costHistoryContract } from "./cost-history.ts";
import { findingStoreContract } from "./finding-store.ts";
import { firstUsesContract } from "./first-uses.ts";
import { insightLogContract } from "./insight-log.ts";
import { leaseContract } from "./leases.ts";
import { incidentMirrorContract, liveIncidentsContract } from "./live-incidents.ts";
import { modelStatesContract } from "./model-states.ts";
import { notifierContract } from "./notifier.ts";

leaseContract("in memory", async (clock) => new MemoryLeases(clock));
checkpointsContract("in memory", async () => new MemoryCheckpoints());
modelStatesContract("in memory", async () => new MemoryModelStates());
findingStoreContract("in memory", async () => new MemoryFindingStore());
firstUsesContract("in memory", async (clock) => new MemoryFirstUses(clock));
insightLogContract("in memory", async () => new MemoryInsightLog());
liveIncidentsContract("in memory", async () => new MemoryLiveIncidents());
incidentMirrorContract("in memory", async () => {
  const mirror = new MemoryIncidentMirror();
  const copies = async () => new Map([...mirror.copies].map(([id, { revision }]) => [id, revision]));
  return { mirror, copies };
});
notifierContract("in memory", async () => {
  const notifier = new MemoryNotifier();
  return {
    notifier,
    received: async () => notifier.published.map((notice) => JSON.stringify(notice)),
    refuseNext: () => {
      notifier.refusals = 1;
    },
  };
});
costHistoryContract(
  "in memory",
  async (bill) => new MemoryCostHistory(bill),
  async () => new MemoryCostHistory([], "Cost Explorer is not enabled"),
);
allowanceContract("in memory", async (clock) => new MemoryAllowance(nanoUsd(1), clock));
