import { serviceLinked } from "../callers.ts";
import type { Fleet } from "../cast.ts";
import { logNormal } from "../distributions.ts";
import type { SimulatedAccount } from "../organization.ts";
import { DEMAND, SCALING, SERVICES } from "../parameters.ts";
import type { Random } from "../prng.ts";
import { changeState, instanceId, runInstances } from "../records/instances.ts";
import { read } from "../records/operations.ts";
import { DAY, HOUR, isWeekend, type Millis } from "../time.ts";
import { type ProcessFactory, Recorder, type World } from "../world.ts";

/** Auto Scaling as it calls in an account: with its service-linked role, `invokedBy` set by AWS. */
export const scalingSession = (random: Random, world: World, account: SimulatedAccount, since: Millis) =>
  serviceLinked(
    random,
    world.seed,
    account.id,
    "autoscaling.amazonaws.com",
    "AWSServiceRoleForAutoScaling",
    "AutoScaling",
    since,
  );

/** One RunInstances of Auto Scaling for a group. */
export const groupLaunch = (
  random: Random,
  world: World,
  account: SimulatedAccount,
  fleet: Fleet,
  count: number,
  at: Millis,
) => {
  const cast = world.cast(account);
  return runInstances(random, {
    account: account.id,
    region: account.homeRegion,
    type: fleet.type,
    count,
    minimum: 1,
    image: cast.image,
    subnet: random.pick(cast.subnets),
    at,
    requester: AUTO_SCALING_ACCOUNT,
    tags: { "aws:autoscaling:groupName": fleet.group, Name: fleet.group },
  });
};

/** `requesterId` of Auto Scaling's launches in a published record. */
const AUTO_SCALING_ACCOUNT = "414886084714";

/** Scaling groups that follow their customers' demand: more by day and in the evening, fewer at night. */
export const scalingGroups: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/scaling`);
  const log = new Recorder(random, sink);
  const place = { account: account.id, region: account.homeRegion };
  const curve = DEMAND.customers;
  const mean = curve.reduce((sum, value) => sum + value, 0) / curve.length;
  const groups = world.cast(account).fleets.map((fleet) => ({
    fleet,
    level: 1,
    running: Array.from({ length: fleet.size }, () => instanceId(random)),
  }));
  return (day) => {
    const session = scalingSession(random, world, account, day);
    for (const group of groups) {
      for (let step = day; step < day + DAY; step += SCALING.step) {
        group.level = group.level ** SCALING.persistence * logNormal(random, SCALING.noise);
        const shape = (curve[new Date(step).getUTCHours()] ?? mean) / mean - 1;
        const weekend = isWeekend(step) ? DEMAND.weekend.customers : 1;
        const wanted = Math.max(1, Math.round(group.fleet.size * (1 + SCALING.swing * shape) * weekend * group.level));
        const at = step + random.int(5_000, SCALING.step - 5_000);
        const missing = wanted - group.running.length;
        // A band of one keeps a group from launching and terminating on noise, as a cooldown does.
        if (missing > 1) {
          const { ids, operation } = groupLaunch(random, world, account, group.fleet, missing, at);
          log.call(session, place, at, operation);
          group.running.push(...ids);
        } else if (missing < -1) {
          log.call(session, place, at, changeState("Terminate", group.running.splice(0, -missing)));
        }
      }
      for (let hour = day; hour < day + DAY; hour += HOUR) {
        for (let i = 0; i < SERVICES.scalingReadsPerHour; i++) {
          const time = hour + random.int(0, HOUR - 1);
          const items = group.running.slice(0, 4).map((id) => ({ instanceId: id }));
          log.call(
            session,
            place,
            time,
            i % 2 === 0
              ? read("ec2", "DescribeInstanceStatus", {
                  instancesSet: { items },
                  filterSet: {},
                  includeAllInstances: true,
                })
              : read("elasticloadbalancing", "DescribeTargetHealth", {
                  targetGroupArn: `arn:aws:elasticloadbalancing:${place.region}:${account.id}:targetgroup/${group.fleet.group}/0`,
                  targets: [],
                }),
          );
        }
      }
    }
  };
};
