import type { SimulatedAccount } from "../organization.ts";
import { personSession } from "../people.ts";
import { jobSession, launchTags } from "../processes/jobs.ts";
import { loadTester } from "../processes/launches.ts";
import { legacyCaller } from "../processes/services.ts";
import { authorizeIngress, importKeyPair } from "../records/ec2.ts";
import { createUser, getCallerIdentity } from "../records/identity.ts";
import { launchAttempt, runInstances } from "../records/instances.ts";
import { change, read } from "../records/operations.ts";
import { denied, failed } from "../records/record.ts";
import { HOUR, MINUTE, SECOND } from "../time.ts";
import { cliAgent } from "../user-agents.ts";
import { foreignIp, NO_TIME, Scene, type StoryScript, UNUSED_REGIONS } from "./stage.ts";

const MANY = 47;

/** 47 instances in ten minutes, by somebody who usually launches about three where anybody does. */
export const manyInstances = (
  name: string,
  where: string,
  isMeant: (account: SimulatedAccount) => boolean,
): StoryScript => ({
  name,
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const account = world.organization.accounts.find(isMeant);
    if (!account) return { leftOut: `there is no ${where}` };
    const booking = stage.book(random, [[account]], { duration: 10 * MINUTE, hours: [7, 18], workingDays: true });
    if (!booking) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const cast = world.cast(account);
    const place = { account: account.id, region: account.homeRegion };
    const person = random.chance(0.5) ? loadTester(world, account) : undefined;
    const session = person
      ? personSession(random, world.seed, person, account, booking.start - 20 * MINUTE, false).cli("ec2.run-instances")
      : jobSession(random, world, account, cast.launcherRole, booking.start - MINUTE);
    scene.blame(session);
    const type = person ? "c6i.large" : "c6i.xlarge";
    let left = MANY;
    const sizes: number[] = [];
    while (left > 0) {
      const size = Math.min(left, random.int(2, 6));
      sizes.push(size);
      left -= size;
    }
    const gap = (9 * MINUTE) / sizes.length;
    sizes.forEach((count, index) => {
      const at = booking.start + Math.round(index * gap + random.float() * gap * 0.6);
      const { operation } = runInstances(random, {
        account: account.id,
        region: account.homeRegion,
        type,
        count,
        image: cast.image,
        subnet: random.pick(cast.subnets),
        at,
        tags: launchTags(person ? "load-test" : "ci-runner"),
      });
      scene.call(session, place, at, operation);
    });
    const story = scene.tell({
      name,
      kind: "incident",
      title: `${MANY} ${type} instances in ten minutes in ${account.name}, where about 3 are usual`,
      accounts: [account],
      regions: [account.homeRegion],
      measures: { instances: MANY, calls: sizes.length, usualInstancesPerLaunch: 3 },
      note: `by ${person ? "the engineer who tests under load" : "the role of the build runners"}; none of them is terminated within the span`,
    });
    const insight = {
      account,
      region: account.homeRegion,
      type: "ApiCallRateInsight",
      source: "ec2.amazonaws.com",
      name: "RunInstances",
      start: booking.start,
      end: booking.start + 10 * MINUTE,
      baseline: 0.02,
      rate: sizes.length / 10,
      principal: session.arn,
    } as const;
    return { story, events: scene.events, insights: [insight] };
  },
});

export const fortySevenInstances = manyInstances("47-instances", "prod-main", ({ name }) => name === "prod-main");

const GPU_TYPES = ["g5.12xlarge", "g4dn.12xlarge", "p3.8xlarge", "g6.12xlarge"] as const;

/** A stolen user key tries, is refused, finds a region with room and launches accelerators there. */
export const gpuMining: StoryScript = {
  name: "gpu-mining",
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const choices = stage.each("development", "sandbox", "production");
    const booking = stage.book(random, choices, { duration: HOUR, hours: [0, 23] });
    const account = booking?.accounts[0];
    if (!booking || !account) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const usual = legacyCaller(world, account);
    const agent = cliAgent("2.15.30", "os/linux#5.15.0-105-generic md/arch#x86_64", "ec2.run-instances");
    const thief = { ...usual, sourceIp: foreignIp(random), userAgent: agent };
    scene.blame(thief);
    const region = random.pick(UNUSED_REGIONS);
    const global = { account: account.id, region: "us-east-1" };
    const there = { account: account.id, region };
    let time = booking.start;
    const next = (low: number, high: number): number => {
      time += random.int(low * SECOND, high * SECOND);
      return time;
    };
    scene.call(thief, global, time, getCallerIdentity());
    scene.call(thief, global, next(5, 30), denied(read("iam", "ListUsers"), thief.arn));
    scene.call(
      thief,
      global,
      next(5, 30),
      denied(
        createUser(account.id, "support-desk", "", time),
        thief.arn,
        `arn:aws:iam::${account.id}:user/support-desk`,
      ),
    );
    scene.call(thief, global, next(5, 20), read("ec2", "DescribeRegions", { regionSet: {} }));
    const types = random.shuffled(GPU_TYPES);
    const refusals = random.int(4, 9);
    for (let i = 0; i < refusals; i++) {
      const type = types[i % types.length] as string;
      const attempt = launchAttempt(random, {
        account: account.id,
        region,
        type,
        count: random.int(4, 16),
        minimum: 1,
        image: `ami-0${random.hex(16)}`,
        subnet: `subnet-0${random.hex(16)}`,
        at: time,
      });
      const refused =
        i < 2
          ? denied(attempt, thief.arn, `arn:aws:ec2:${region}:${account.id}:instance/*`)
          : random.chance(0.5)
            ? failed(
                attempt,
                "Client.VcpuLimitExceeded",
                "You have requested more vCPU capacity than your current vCPU limit of 64 allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
              )
            : failed(
                attempt,
                "Client.InstanceLimitExceeded",
                `Your quota allows for 0 more running instance(s). You requested at least 1.`,
              );
      scene.call(thief, there, next(10, 120), refused);
    }
    scene.call(thief, there, next(10, 60), importKeyPair(random, "ubuntu"));
    scene.call(thief, there, next(5, 30), authorizeIngress(random, account.id, 22, "0.0.0.0/0"));
    const type = types[0] as string;
    const launches = random.int(2, 4);
    let instances = 0;
    for (let i = 0; i < launches; i++) {
      const count = random.int(1, 3);
      instances += count;
      const at = next(30, 200);
      const { operation } = runInstances(random, {
        account: account.id,
        region,
        type,
        count,
        image: `ami-0${random.hex(16)}`,
        subnet: `subnet-0${random.hex(16)}`,
        at,
        keyName: "ubuntu",
        spot: random.chance(0.3),
      });
      scene.call(thief, there, at, operation);
    }
    scene.call(thief, there, next(20, 60), read("ec2", "DescribeInstances", { instancesSet: {}, filterSet: {} }));
    scene.call(
      thief,
      there,
      next(20, 60),
      change(
        "ec2",
        "ModifyInstanceAttribute",
        { instanceId: "i-0", disableApiTermination: { value: true } },
        { _return: true },
      ),
    );
    const story = scene.tell({
      name: "gpu-mining",
      kind: "incident",
      title: `${instances} ${type} in ${region}, where ${account.name} never worked, by a stolen key after ${refusals} refused launches`,
      accounts: [account],
      regions: [region],
      measures: { instances, refusedLaunches: refusals },
      note: `the key of ${usual.userName}, which otherwise only copies artifacts from ${usual.sourceIp}`,
    });
    return { story, events: scene.events };
  },
};
