import type { AccountType } from "../account-type.ts";
import { DAY, type Millis } from "../time.ts";
import type { Process, ProcessFactory, Sink, World } from "../world.ts";
import { configSweeps } from "./config.ts";
import { previewEnvironments, smallMistakes, throttledReads } from "./environments.ts";
import { modelCalls, networkTests, restoreTests } from "./jobs.ts";
import { devBoxes, loadTests, nightlyBatch, runnerLaunches } from "./launches.ts";
import { personDays } from "./persons.ts";
import { deployments, terraformRuns } from "./pipelines.ts";
import { releases } from "./releases.ts";
import { scalingGroups } from "./scaling.ts";
import { backups, legacyUser, securityAudit, trailItself } from "./services.ts";
import { containerTasks, functionInvocations, keyUse, objectTraffic, secretReads } from "./workloads.ts";

const EVERYWHERE: readonly ProcessFactory[] = [
  configSweeps,
  trailItself,
  securityAudit,
  functionInvocations,
  objectTraffic,
  secretReads,
  keyUse,
  containerTasks,
  scalingGroups,
  backups,
  deployments,
  terraformRuns,
  modelCalls,
];

const BY_TYPE: Readonly<Partial<Record<AccountType, readonly ProcessFactory[]>>> = {
  production: [runnerLaunches, loadTests, nightlyBatch, restoreTests, legacyUser, throttledReads],
  staging: [runnerLaunches, nightlyBatch, restoreTests, networkTests, smallMistakes, throttledReads],
  development: [legacyUser, restoreTests, networkTests, devBoxes, previewEnvironments, smallMistakes],
  sandbox: [legacyUser, devBoxes],
};

/** Everything ordinary that happens in the organization; nothing in an account that is closed. */
export function ordinaryLife(world: World, everything: Sink): readonly Process[] {
  const closes = new Map(world.organization.accounts.map(({ id, closes: at }) => [id, at]));
  const sink: Sink = (event) => {
    if (event.time < (closes.get(event.account) ?? Number.POSITIVE_INFINITY)) everything(event);
  };
  const ofAccounts = world.organization.accounts.flatMap((account) => {
    const opened: Sink = (event) => {
      if (event.time >= account.since) sink(event);
    };
    const random = world.random(`${account.name}/moving-in`);
    const usual = [...EVERYWHERE, ...(BY_TYPE[account.type] ?? [])];
    const processes = usual.map((make) => {
      // What AWS does by itself is there at once; teams move in over the days that follow.
      const first = FROM_THE_START.has(make) ? account.since : account.since + random.int(1, 4) * DAY;
      return startingAt(account.isNew ? first : account.since, make(world, account, opened));
    });
    const { move } = account;
    if (!move) return processes;
    const more = (BY_TYPE[move.type] ?? []).filter((make) => !usual.includes(make));
    return [...processes, ...more.map((make) => startingAt(move.at + DAY, make(world, account, opened)))];
  });
  return [...ofAccounts, releases(world, sink), ...world.people.map((person) => personDays(world, person, sink))];
}

const FROM_THE_START: ReadonlySet<ProcessFactory> = new Set([configSweeps, trailItself, securityAudit]);

const startingAt =
  (first: Millis, process: Process): Process =>
  (day) => {
    if (day + DAY > first) process(day);
  };
