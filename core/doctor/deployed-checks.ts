import type { DeploymentView } from "../ports/deployment-view.ts";
import type { Check } from "./check.ts";
import { alarms, slack, subscriptions } from "./checks/alerts.ts";
import { clusterChecks } from "./checks/cluster.ts";
import { costExplorer } from "./checks/cost-explorer.ts";
import { directory, qBusiness, readRole } from "./checks/directory.ts";
import { functions, permission, subscription } from "./checks/intake.ts";
import { failedBatches, queues } from "./checks/kept.ts";
import { lag } from "./checks/lag.ts";
import { stacks } from "./checks/stacks.ts";
import { trail } from "./checks/trail.ts";
import type { Deployed } from "./deployed.ts";

/** A deployed pipeline from where events begin to where they are said: what is wrong first is the reason for what follows. */
export const deployedChecks = (): readonly Check<DeploymentView, Deployed>[] => [
  stacks,
  trail,
  subscription,
  permission,
  functions,
  directory,
  ...clusterChecks(),
  subscriptions,
  slack,
  costExplorer,
  failedBatches,
  queues,
  readRole,
  lag,
  alarms,
  qBusiness,
];
