import type { RoleSession } from "../callers.ts";
import { poisson } from "../distributions.ts";
import type { SimulatedAccount } from "../organization.ts";
import { DEV_BOX, DISPERSION, LAUNCHER, SCALE, SERVICES } from "../parameters.ts";
import { type Person, personSession } from "../people.ts";
import { changeState, type Launch, launchAttempt, runInstances } from "../records/instances.ts";
import { read } from "../records/operations.ts";
import { failed } from "../records/record.ts";
import { HOUR, isWeekend, MINUTE, type Millis, SECOND } from "../time.ts";
import { type ProcessFactory, Recorder, type World } from "../world.ts";
import { jobSession, launchTags } from "./jobs.ts";

interface Temporary {
  readonly session: RoleSession;
  readonly at: Millis;
  readonly count: number;
  readonly type: string;
  readonly lifetime: Millis;
  readonly purpose: string;
}

/** Launches a few instances and terminates them when the work is done; sometimes a zone has no room at first. */
function launchForAWhile(log: Recorder, world: World, account: SimulatedAccount, plan: Temporary): void {
  const { random } = log;
  const { session, at } = plan;
  const cast = world.cast(account);
  const place = { account: account.id, region: account.homeRegion };
  const launch: Launch = {
    account: account.id,
    region: account.homeRegion,
    type: plan.type,
    count: plan.count,
    image: cast.image,
    subnet: random.pick(cast.subnets),
    at,
    tags: launchTags(plan.purpose),
  };
  if (random.chance(SERVICES.noCapacityShare)) {
    log.call(
      session,
      place,
      at - 30 * SECOND,
      failed(
        launchAttempt(random, launch),
        "Server.InsufficientInstanceCapacity",
        `We currently do not have sufficient ${plan.type} capacity in the Availability Zone you requested.`,
      ),
    );
  }
  const { ids, operation } = runInstances(random, launch);
  const items = ids.map((instanceId) => ({ instanceId }));
  log.call(session, place, at, operation);
  log.call(
    session,
    place,
    at + 20 * SECOND,
    read("ec2", "DescribeInstances", { instancesSet: { items }, filterSet: {} }),
  );
  log.call(session, place, at + Math.round(plan.lifetime * random.between(0.6, 1.5)), changeState("Terminate", ids));
}

/** Build runners: about three instances, several times a day, through a role of their own. */
export const runnerLaunches: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/runners`);
  const log = new Recorder(random, sink);
  const { launcherRole } = world.cast(account);
  return (day) => {
    const times = world.demand.arrivals(random, account.id, "office", day, LAUNCHER.runsPerDay, DISPERSION.steady);
    for (const at of times) {
      launchForAWhile(log, world, account, {
        session: jobSession(random, world, account, launcherRole, at),
        at,
        count: Math.min(6, 1 + poisson(random, LAUNCHER.instances - 1)),
        type: "c6i.xlarge",
        lifetime: LAUNCHER.lifetime,
        purpose: "ci-runner",
      });
    }
  };
};

/** The engineer who tests under load with about three instances on most working days. */
export const loadTests: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/load-tests`);
  const log = new Recorder(random, sink);
  const person = loadTester(world, account);
  return (day) => {
    if (!person || isWeekend(day) || random.chance(0.2)) return;
    const at = day + 9 * HOUR + random.int(0, 7 * 60) * MINUTE;
    const { cli } = personSession(random, world.seed, person, account, at - 10 * MINUTE, false);
    launchForAWhile(log, world, account, {
      session: cli("ec2.run-instances"),
      at,
      count: random.int(2, 4),
      type: "c6i.large",
      lifetime: 70 * MINUTE,
      purpose: "load-test",
    });
  };
};

/** The first engineer whose home is the account. */
export const loadTester = (world: World, account: SimulatedAccount): Person | undefined =>
  world.people.find((person) => person.accounts[0] === account && person.since === world.start);

/** The nightly batch: instances at one o'clock, gone when it is done. */
export const nightlyBatch: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/batch`);
  const log = new Recorder(random, sink);
  const size = SCALE[account.type].batch;
  return (day) => {
    if (size === 0) return;
    const at = day + HOUR + random.int(0, 3 * MINUTE);
    launchForAWhile(log, world, account, {
      session: jobSession(random, world, account, world.cast(account).batchRole, at),
      at,
      count: size + random.int(-1, 1),
      type: "r6i.2xlarge",
      lifetime: 2.5 * HOUR,
      purpose: "nightly-batch",
    });
  };
};

/** Engineers of development accounts start a machine to work on; in the sandbox, one with an accelerator. */
export const devBoxes: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/dev-boxes`);
  const log = new Recorder(random, sink);
  const type = account.type === "sandbox" ? "g5.xlarge" : "t3.large";
  const makers = world.people.filter(
    (person) =>
      person.accounts.includes(account) && person.permissionSet !== "ReadOnlyAccess" && person.since === world.start,
  );
  return (day) => {
    const times = world.demand.arrivals(random, account.id, "office", day, DEV_BOX.perDay, DISPERSION.people);
    if (makers.length === 0) return;
    for (const at of times) {
      const person = makers[random.int(0, Math.min(2, makers.length - 1))] as Person;
      const sessions = personSession(random, world.seed, person, account, at - 30 * MINUTE, false);
      launchForAWhile(log, world, account, {
        session: person.prefersConsole ? sessions.console : sessions.cli("ec2.run-instances"),
        at,
        count: 1,
        type,
        lifetime: DEV_BOX.lifetime,
        purpose: "dev-box",
      });
    }
  };
};
