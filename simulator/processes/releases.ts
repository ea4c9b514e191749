import { type Role, type RoleSession, role, roleSession } from "../callers.ts";
import type { SimulatedAccount } from "../organization.ts";
import { assumeRole } from "../records/identity.ts";
import { read, updateStack } from "../records/operations.ts";
import { HOUR, isWeekend, MINUTE, type Millis, SECOND } from "../time.ts";
import { userAgents } from "../user-agents.ts";
import { type Process, Recorder, type Sink, type World } from "../world.ts";

/** The release role of the shared services, which works in the other accounts; `null` where there is no such account. */
export function orchestrator(world: World): { readonly account: SimulatedAccount; readonly role: Role } | null {
  const account = world.organization.accounts.find((candidate) => candidate.type === "shared-services");
  return account ? { account, role: role(world.seed, account.id, "release-orchestrator") } : null;
}

/** What it becomes in an account. */
export const targetRole = (world: World, account: SimulatedAccount): Role =>
  role(world.seed, account.id, "release-target");

/** An AssumeRole across accounts: the caller's copy and the owner's, with one shared event id. */
export function assumeTarget(
  log: Recorder,
  _world: World,
  caller: RoleSession,
  session: RoleSession,
  account: SimulatedAccount,
  time: Millis,
): readonly [string, string] {
  const { random } = log;
  const assumed = assumeRole(random, session, time);
  const shared = random.uuid();
  const own = log.call(caller, { account: caller.account, region: account.homeRegion }, time, assumed, shared);
  const owners = log.call(
    caller,
    { account: account.id, region: account.homeRegion },
    time,
    { ...assumed, response: null },
    shared,
  );
  return [own, owners];
}

/** One release into an account: a role assumed across accounts, a few reads, a stack updated. Returns the two copies' ids. */
export function recordRelease(
  log: Recorder,
  world: World,
  account: SimulatedAccount,
  start: Millis,
): readonly [string, string] | null {
  const source = orchestrator(world);
  if (!source) return null;
  const { random } = log;
  const ip = world.cast(source.account).natIp;
  const agent = userAgents.boto("1.34.162");
  const caller = roleSession(random, source.role, {
    session: "release",
    since: start - 8 * MINUTE,
    sourceIp: ip,
    userAgent: agent,
  });
  const session = roleSession(random, targetRole(world, account), {
    session: "release",
    since: start,
    sourceIp: ip,
    userAgent: agent,
  });
  const copies = assumeTarget(log, world, caller, session, account, start);
  const place = { account: account.id, region: account.homeRegion };
  let time = start;
  for (const name of ["DescribeStacks", "ListStackResources", "DescribeStackEvents"]) {
    time += random.int(1, 9) * SECOND;
    log.call(session, place, time, read("cloudformation", name, { stackName: "platform" }));
  }
  if (random.chance(0.4))
    log.call(session, place, time + 5 * SECOND, updateStack(random, account.id, place.region, "platform"));
  return copies;
}

/** Releases of the platform into every workload account on working days. */
export function releases(world: World, sink: Sink): Process {
  const random = world.random("releases");
  const log = new Recorder(random, sink);
  const targets = world.organization.accounts.filter((account) =>
    ["production", "staging", "development"].includes(account.type),
  );
  return (day) => {
    if (isWeekend(day)) return;
    for (const account of targets) {
      const runs = random.int(1, 3);
      for (let i = 0; i < runs; i++) {
        const time = day + random.int(8, 16) * HOUR + random.int(0, HOUR - 1);
        if (time > account.since + 30 * HOUR || !account.isNew) recordRelease(log, world, account, time);
      }
    }
  };
}
