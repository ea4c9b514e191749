import { type RoleSession, role, roleSession } from "../callers.ts";
import type { SimulatedAccount } from "../organization.ts";
import { type Person, permissionSetRole } from "../people.ts";
import type { Random } from "../prng.ts";
import { deploySession, recordDeployment, recordTerraformRun, terraformSession } from "../processes/pipelines.ts";
import { orchestrator, recordRelease } from "../processes/releases.ts";
import { groupLaunch, scalingSession } from "../processes/scaling.ts";
import { createTags } from "../records/ec2.ts";
import { assumeRole, createRole, putRolePolicy } from "../records/identity.ts";
import { changeState } from "../records/instances.ts";
import { change, createAccount, createStack, updateScalingGroup, updateStack } from "../records/operations.ts";
import { DAY, HOUR, isoSeconds, MINUTE, type Millis, SECOND } from "../time.ts";
import { userAgents } from "../user-agents.ts";
import type { World } from "../world.ts";
import { NO_TIME, type Played, Scene, type StoryScript } from "./stage.ts";

/** A deployment that triples a fleet, through the usual pipeline. */
export const fleetTripled: StoryScript = {
  name: "fleet-tripled",
  kind: "benign",
  play(stage, random) {
    const { world } = stage;
    const choices = stage.each("production");
    const booking = stage.book(random, choices, { duration: 40 * MINUTE, hours: [8, 16], workingDays: true });
    const account = booking?.accounts[0];
    const fleet = account && world.cast(account).fleets[0];
    if (!booking || !account || !fleet) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const place = { account: account.id, region: account.homeRegion };
    const pipeline = deploySession(random, world, account, booking.start, "codepipeline.amazonaws.com");
    const stack = deploySession(random, world, account, booking.start, "cloudformation.amazonaws.com");
    scene.blame(pipeline);
    const deployed = recordDeployment(scene.log, world, account, booking.start);
    scene.call(
      pipeline,
      place,
      deployed + 5 * SECOND,
      updateStack(random, account.id, place.region, `fleet-${fleet.group}`),
    );
    scene.call(
      stack,
      place,
      deployed + 20 * SECOND,
      updateScalingGroup(fleet.group, fleet.size, fleet.size * 4, fleet.size * 3),
    );
    const scaling = scalingSession(random, world, account, booking.start);
    scene.blame(scaling);
    const wanted = fleet.size * 2;
    const ids: string[] = [];
    let time = deployed + 50 * SECOND;
    while (ids.length < wanted) {
      const batch = groupLaunch(random, world, account, fleet, Math.min(wanted - ids.length, random.int(3, 6)), time);
      scene.call(scaling, place, time, batch.operation);
      ids.push(...batch.ids);
      time += random.int(30, 150) * SECOND;
    }
    const story = scene.tell({
      name: "fleet-tripled",
      kind: "benign",
      title: `${fleet.group} in ${account.name} grows from ${fleet.size} to ${fleet.size * 3} on purpose`,
      accounts: [account],
      regions: [account.homeRegion],
      measures: { instances: wanted },
      note: "CodePipeline, then CloudFormation, then Auto Scaling; invokedBy is set on every call; the fleet keeps its size",
    });
    return { story, events: scene.events };
  },
};

/** Demand rises for hours, the scaling group follows, and goes back. */
export const demandFollowed: StoryScript = {
  name: "demand-followed",
  kind: "benign",
  play(stage, random) {
    const { world } = stage;
    const duration = 5 * HOUR;
    const booking = stage.book(random, stage.each("production"), { duration, hours: [9, 18] });
    const account = booking?.accounts[0];
    const fleet = account && world.cast(account).fleets[0];
    if (!booking || !account || !fleet) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const place = { account: account.id, region: account.homeRegion };
    const scaling = scalingSession(random, world, account, booking.start);
    scene.blame(scaling);
    const ids: string[] = [];
    let time = booking.start;
    while (ids.length < Math.round(fleet.size * 0.8)) {
      const batch = groupLaunch(random, world, account, fleet, random.int(1, 2), time);
      scene.call(scaling, place, time, batch.operation);
      ids.push(...batch.ids);
      time += random.int(9, 20) * MINUTE;
    }
    const launched = ids.length;
    time = Math.max(time, booking.start + 3 * HOUR);
    while (ids.length > 0) {
      scene.call(scaling, place, time, changeState("Terminate", ids.splice(0, 2)));
      time += random.int(8, 16) * MINUTE;
    }
    const story = scene.tell({
      name: "demand-followed",
      kind: "benign",
      title: `${fleet.group} in ${account.name} follows its demand up and down`,
      accounts: [account],
      regions: [account.homeRegion],
      measures: { instances: launched },
      note: "Auto Scaling alone, one or two instances at a time",
    });
    return { story, events: scene.events };
  },
};

/** Terraform as usual: its network, its size. */
export const terraformAsUsual: StoryScript = {
  name: "terraform-as-usual",
  kind: "benign",
  play(stage, random) {
    const { world } = stage;
    const choices = stage.each("production", "staging", "development");
    const booking = stage.book(random, choices, { duration: 30 * MINUTE, hours: [8, 17], workingDays: true });
    const account = booking?.accounts[0];
    if (!booking || !account) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    let time = recordTerraformRun(scene.log, world, account, booking.start);
    const session = terraformSession(scene.log, world, account, booking.start);
    scene.blame(session);
    const as = (service: string) => ({ ...session, userAgent: userAgents.terraform(service) });
    const place = { account: account.id, region: account.homeRegion };
    for (let i = 0; i < 3; i++) {
      time += random.int(2, 6) * SECOND;
      scene.call(as("ec2"), place, time, createTags(random));
    }
    time += 3 * SECOND;
    const app = world.cast(account).applications[0];
    if (app)
      scene.call(
        as("iam"),
        { account: account.id, region: "us-east-1" },
        time,
        putRolePolicy(app.role.name, "terraform", ["sqs:SendMessage"], "*"),
      );
    const story = scene.tell({
      name: "terraform-as-usual",
      kind: "benign",
      title: `Terraform plans and applies in ${account.name} as it does on other days`,
      accounts: [account],
      regions: [account.homeRegion, "us-east-1"],
      measures: {},
      note: "from the pipeline's one address, with the role that it always has",
    });
    return { story, events: scene.events };
  },
};

/** A role assumed across accounts is logged in both, and is one action. */
export const loggedTwice: StoryScript = {
  name: "one-action-logged-in-two-accounts",
  kind: "benign",
  play(stage, random) {
    const { world } = stage;
    const source = orchestrator(world);
    if (!source) return { leftOut: "needs a shared-services account" };
    const choices = stage.each("production", "staging", "development");
    const booking = stage.book(random, choices, { duration: 10 * MINUTE, hours: [8, 17], workingDays: true });
    const account = booking?.accounts[0];
    if (!booking || !account) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    recordRelease(scene.log, world, account, booking.start);
    const story = scene.tell({
      name: "one-action-logged-in-two-accounts",
      kind: "benign",
      title: `the release role works in ${account.name}; its AssumeRole is in the logs of both accounts`,
      accounts: [source.account, account],
      regions: [account.homeRegion],
      measures: { copies: 2 },
      note: "the two records share their sharedEventID; releases do this every working day",
    });
    return { story, events: scene.events };
  },
};

/** The account that is new: created, furnished, used. */
export const newAccount: StoryScript = {
  name: "new-account",
  kind: "benign",
  play(stage, random) {
    const { world } = stage;
    const account = world.organization.accounts.find((candidate) => candidate.isNew);
    if (!account) return { leftOut: "the organization is too small to have a new account" };
    return furnish(stage.world, account, random);
  },
};

/** Who works in the management account. */
export function administrator(world: World): Person | undefined {
  const { management } = world.organization;
  return world.people.find((person) => person.accounts.includes(management)) ?? world.people[0];
}

/** In the management account's console. */
export function administratorSession(random: Random, world: World, admin: Person, since: Millis): RoleSession {
  const { management } = world.organization;
  return roleSession(random, permissionSetRole(world.seed, management.id, admin.permissionSet), {
    session: admin.email,
    since,
    sourceIp: admin.officeIp,
    userAgent: admin.browser,
    console: true,
  });
}

function furnish(world: World, account: SimulatedAccount, random: Random): Played {
  const scene = new Scene(random);
  const { management } = world.organization;
  const admin = administrator(world);
  if (!admin) return { leftOut: "nobody administers the organization" };
  const start = account.since - 10 * MINUTE;
  const session = administratorSession(random, world, admin, start - 20 * MINUTE);
  scene.blame(session);
  scene.call(session, { account: management.id, region: "us-east-1" }, start, createAccount(random, account.name));
  const access = role(world.seed, account.id, "OrganizationAccountAccessRole");
  let time = account.since + MINUTE;
  const shared = random.uuid();
  const inside = roleSession(random, access, {
    session: admin.email.split("@")[0] ?? "admin",
    since: time,
    sourceIp: admin.officeIp,
    userAgent: admin.browser,
    console: true,
  });
  scene.blame(inside);
  const assumed = assumeRole(random, inside, time);
  scene.call(session, { account: management.id, region: "us-east-1" }, time, assumed, shared);
  scene.call(session, { account: account.id, region: "us-east-1" }, time, { ...assumed, response: null }, shared);
  const global = { account: account.id, region: "us-east-1" };
  const here = { account: account.id, region: account.homeRegion };
  const step = (): number => {
    time += random.int(10, 90) * SECOND;
    return time;
  };
  scene.call(
    inside,
    global,
    step(),
    createRole(
      account.id,
      "terraform-pipeline",
      world.cast(account).terraformRole.id,
      { Federated: `arn:aws:iam::${account.id}:oidc-provider/token.actions.githubusercontent.com` },
      time,
    ),
  );
  scene.call(
    inside,
    here,
    step(),
    change("config", "PutConfigurationRecorder", {
      configurationRecorder: { name: "default", recordingGroup: { allSupported: true } },
    }),
  );
  scene.call(
    inside,
    here,
    step(),
    change("config", "StartConfigurationRecorder", { configurationRecorderName: "default" }),
  );
  scene.call(
    inside,
    here,
    step(),
    change("guardduty", "CreateDetector", { enable: true }, { detectorId: random.hex(32) }),
  );
  for (const stack of ["baseline-network", "baseline-roles", "baseline-budget"])
    scene.call(inside, here, step(), createStack(random, account.id, here.region, stack));
  recordTerraformRun(scene.log, world, account, time + 20 * MINUTE);
  const story = scene.tell({
    name: "new-account",
    kind: "benign",
    title: `${account.name} is created and furnished`,
    accounts: [account, management],
    regions: [account.homeRegion, "us-east-1"],
    measures: {},
    note: `exists from ${isoSeconds(account.since)}; everything in it is a first, for ${Math.floor((world.end - account.since) / DAY)} days`,
  });
  return { story, events: scene.events };
}
