import { type Role, type RoleSession, roleSession } from "../callers.ts";
import type { SimulatedAccount } from "../organization.ts";
import { DISPERSION, NETWORK_TEST, RESTORE_TEST, SCALE } from "../parameters.ts";
import type { Random } from "../prng.ts";
import { invokeModel } from "../records/data.ts";
import { createVolume, deleteVolume, natGateway } from "../records/ec2.ts";
import { HOUR, isWeekend, MINUTE, type Millis, SECOND } from "../time.ts";
import { userAgents } from "../user-agents.ts";
import { type ProcessFactory, Recorder, type World } from "../world.ts";

/** A job's session: from the account's own network, with the Python SDK. */
export const jobSession = (
  random: Random,
  world: World,
  account: SimulatedAccount,
  of: Role,
  since: Millis,
): RoleSession =>
  roleSession(random, of, {
    session: `${of.name}-${since.toString(36)}`,
    since,
    sourceIp: world.cast(account).natIp,
    userAgent: userAgents.boto(),
  });

export const launchTags = (purpose: string): Readonly<Record<string, string>> => ({ Name: purpose, purpose });

/** Restores last night's snapshots into volumes, checks them and deletes them. */
export const restoreTests: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/restore-test`);
  const log = new Recorder(random, sink);
  const place = { account: account.id, region: account.homeRegion };
  return (day) => {
    let time = day + 5 * HOUR + random.int(0, 10 * MINUTE);
    const session = jobSession(random, world, account, world.cast(account).restoreRole, time);
    const count = RESTORE_TEST.volumes + random.int(-1, 1);
    for (let i = 0; i < count; i++) {
      const volume = createVolume(random, {
        region: place.region,
        gib: RESTORE_TEST.gib,
        type: "gp3",
        snapshot: `snap-0${random.hex(16)}`,
        at: time,
      });
      log.call(session, place, time, volume.operation);
      log.call(
        session,
        place,
        time + Math.round(RESTORE_TEST.lifetime * random.between(0.5, 1.4)),
        deleteVolume(volume.id),
      );
      time += random.int(5, 90) * SECOND;
    }
  };
};

/** Builds a network with a NAT gateway on working days, tests it and takes it down again. */
export const networkTests: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/network-test`);
  const log = new Recorder(random, sink);
  const place = { account: account.id, region: account.homeRegion };
  return (day) => {
    if (isWeekend(day)) return;
    const time = day + random.int(7, 15) * HOUR + random.int(0, 59) * MINUTE;
    const session = jobSession(random, world, account, world.cast(account).networkTestRole, time);
    const gateway = natGateway(random, place.region, time);
    log.call(session, place, time, gateway.allocate);
    log.call(session, place, time + 2 * SECOND, gateway.create);
    const gone = time + Math.round(NETWORK_TEST.lifetime * random.between(0.7, 1.4));
    log.call(session, place, gone, gateway.remove);
    log.call(session, place, gone + 90 * SECOND, gateway.release);
  };
};

export const MODELS = [
  "anthropic.claude-3-5-sonnet-20240620-v1:0",
  "amazon.titan-text-express-v1",
  "anthropic.claude-3-haiku-20240307-v1:0",
] as const;

/** An experiment that asks a language model by day. */
export const modelCalls: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/models`);
  const log = new Recorder(random, sink);
  const place = { account: account.id, region: account.homeRegion };
  const app = world.cast(account).applications[0];
  return (day) => {
    if (!app) return;
    const session = jobSession(random, world, account, app.role, day + 6 * HOUR);
    for (const time of world.demand.arrivals(
      random,
      account.id,
      "office",
      day,
      SCALE[account.type].modelCalls,
      DISPERSION.bursty,
    )) {
      log.call(session, place, time, invokeModel(place.region, MODELS[0]));
    }
  };
};
