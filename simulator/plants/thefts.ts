import { type RoleSession, roleSession, stableId } from "../callers.ts";
import type { SimulatedAccount } from "../organization.ts";
import { permissionSetRole } from "../people.ts";
import { terraformSession } from "../processes/pipelines.ts";
import { assumeTarget, orchestrator, targetRole } from "../processes/releases.ts";
import { applicationSession } from "../processes/workloads.ts";
import { getParameters, getSecretValue, listSecrets } from "../records/data.ts";
import { authorizeIngress, deleteFlowLogs, runInstances } from "../records/ec2.ts";
import {
  attachRolePolicy,
  attachUserPolicy,
  createAccessKey,
  createLoginProfile,
  createRole,
  createUser,
  getCallerIdentity,
} from "../records/identity.ts";
import {
  deleteDetector,
  deleteTrail,
  narrowEventSelectors,
  read,
  stopLogging,
  stopRecorder,
} from "../records/operations.ts";
import { denied } from "../records/record.ts";
import { DAY, MINUTE, SECOND } from "../time.ts";
import { cliAgent, userAgents } from "../user-agents.ts";
import { foreignIp, NO_TIME, Scene, type Stage, type StoryScript } from "./stage.ts";

const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";

/** The release role, stolen, reaches into three accounts from a network that it never called from. */
export const stolenRole: StoryScript = {
  name: "stolen-role-three-accounts",
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const source = orchestrator(world);
    const targets = stage
      .accounts("production", "staging", "development")
      .filter((account) => account !== source?.account);
    if (!source || targets.length < 3) return { leftOut: "needs a release role and three accounts beside its own" };
    const choices = Array.from({ length: 12 }, () => random.shuffled(targets).slice(0, 3));
    const booking = stage.book(random, choices, { duration: 90 * MINUTE, hours: [0, 22] });
    if (!booking) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const ip = foreignIp(random);
    const agent = cliAgent(
      "2.13.9",
      random.pick([
        "os/linux#6.1.0-kali9-amd64 md/arch#x86_64",
        "os/linux#5.15.0-124-generic md/arch#x86_64",
        "os/windows#10 md/arch#amd64",
      ]),
      "sts.assume-role",
    );
    const thief = roleSession(random, source.role, {
      session: "botocore-session-1731",
      since: booking.start - 20 * MINUTE,
      sourceIp: ip,
      userAgent: agent,
    });
    scene.blame(thief);
    let time = booking.start;
    scene.call(thief, { account: source.account.id, region: source.account.homeRegion }, time, getCallerIdentity());
    const users: string[] = [];
    for (const account of booking.accounts) {
      time += random.int(3, 12) * MINUTE;
      const session = roleSession(random, targetRole(world, account), {
        session: "maintenance",
        since: time,
        sourceIp: ip,
        userAgent: agent,
      });
      scene.blame(session);
      assumeTarget(scene.log, world, thief, session, account, time);
      const here = { account: account.id, region: account.homeRegion };
      const global = { account: account.id, region: "us-east-1" };
      const step = (): number => {
        time += random.int(4, 50) * SECOND;
        return time;
      };
      scene.call(session, here, step(), getCallerIdentity());
      for (const name of ["ListUsers", "ListRoles", "ListAttachedRolePolicies"])
        scene.call(session, global, step(), read("iam", name));
      scene.call(session, here, step(), listSecrets());
      const cast = world.cast(account);
      for (const secret of random.shuffled(cast.secrets).slice(0, random.int(3, 7)))
        scene.call(session, here, step(), getSecretValue(account.id, here.region, secret));
      const user = random.pick(["svc-monitoring", "aws-support", "backup-operator"]);
      users.push(user);
      scene.call(
        session,
        global,
        step(),
        createUser(account.id, user, stableId(world.seed, "AIDA", `${account.id}/${user}`), time),
      );
      scene.call(session, global, step(), attachUserPolicy(user, ADMIN));
      scene.call(
        session,
        global,
        step(),
        createAccessKey(user, stableId(world.seed, "AKIA", `${account.id}/${user}`), time),
      );
    }
    const story = scene.tell({
      name: "stolen-role-three-accounts",
      kind: "incident",
      title: `${source.role.name}, stolen, makes an administrator in ${booking.accounts.map((account) => account.name).join(", ")}`,
      accounts: booking.accounts,
      regions: [...new Set([...booking.accounts.map((account) => account.homeRegion), "us-east-1"])],
      measures: { accounts: 3, usersCreated: users.length },
      note: `from ${ip}; the assumptions of its role are also logged in its own account ${source.account.id}`,
    });
    return { story, events: scene.events };
  },
};

/** Somebody switches off what would have shown the next step. */
export const loggingSwitchedOff: StoryScript = {
  name: "logging-switched-off",
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const booking = stage.book(random, oneOf(stage, "production", "staging", "development", "sandbox"), {
      duration: 20 * MINUTE,
      hours: [0, 23],
    });
    const account = booking?.accounts[0];
    if (!booking || !account) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const place = { account: account.id, region: account.homeRegion };
    const person =
      world.people.find((candidate) => candidate.accounts[0] === account && candidate.since === world.start) ??
      world.people[0];
    if (!person) return { leftOut: "nobody works there" };
    const session = roleSession(random, permissionSetRole(world.seed, account.id, person.permissionSet), {
      session: person.email,
      since: booking.start - 10 * MINUTE,
      sourceIp: random.chance(0.5) ? foreignIp(random) : person.homeIp,
      userAgent: cliAgent(person.cli[0], person.cli[1], "cloudtrail.stop-logging"),
    });
    scene.blame(session);
    const trail = `${account.name}-trail`;
    const steps = [
      read("cloudtrail", "DescribeTrails"),
      stopLogging(trail),
      random.pick([
        deleteTrail(trail),
        narrowEventSelectors(trail, `arn:aws:cloudtrail:${place.region}:${account.id}:trail/${trail}`),
      ]),
      ...random
        .shuffled([stopRecorder("default"), deleteDetector(random.hex(32)), deleteFlowLogs(`fl-0${random.hex(16)}`)])
        .slice(0, random.int(1, 3)),
    ];
    let time = booking.start;
    for (const operation of steps) {
      scene.call(session, place, time, operation);
      time += random.int(10, 100) * SECOND;
    }
    const story = scene.tell({
      name: "logging-switched-off",
      kind: "incident",
      title: `the trail and ${steps.length - 3} more guardrails of ${account.name} are switched off in ${Math.round((time - booking.start) / MINUTE)} minutes`,
      accounts: [account],
      regions: [account.homeRegion],
      measures: { guardrails: steps.length - 1 },
      note: `by the session of ${person.email} from ${session.sourceIp}; the organization's own trail goes on`,
    });
    return { story, events: scene.events };
  },
};

/** An application that reads three secrets reads all of them. */
export const secretsSweep: StoryScript = {
  name: "secrets-sweep",
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const booking = stage.book(random, oneOf(stage, "production", "staging", "development"), {
      duration: 20 * MINUTE,
      hours: [0, 23],
    });
    const account = booking?.accounts[0];
    if (!booking || !account) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const cast = world.cast(account);
    const place = { account: account.id, region: account.homeRegion };
    const app = random.pick(cast.applications);
    const stolen = random.chance(0.5);
    const usual = applicationSession(random, app, cast.natIp, Math.floor(booking.start / DAY) * DAY);
    const session: RoleSession = stolen
      ? { ...usual, sourceIp: foreignIp(random), userAgent: userAgents.botoOnInstance() }
      : usual;
    scene.blame(session);
    let time = booking.start;
    scene.call(session, place, time, getCallerIdentity());
    time += 3 * SECOND;
    scene.call(session, place, time, listSecrets());
    let secrets = 0;
    let refused = 0;
    for (const secret of cast.secrets) {
      time += random.int(400, 9000);
      const operation = getSecretValue(account.id, place.region, secret);
      const no = random.chance(0.12);
      scene.call(
        session,
        place,
        time,
        no
          ? denied(operation, session.arn, `arn:aws:secretsmanager:${place.region}:${account.id}:secret:${secret}`)
          : operation,
      );
      if (no) refused++;
      else secrets++;
    }
    const pages = random.int(4, 9);
    for (let page = 0; page < pages; page++) {
      time += random.int(400, 5000);
      scene.call(
        session,
        place,
        time,
        getParameters(
          account.id,
          place.region,
          Array.from({ length: 10 }, (_, index) => `/${account.name}/service-${page}/key-${index}`),
        ),
      );
    }
    const story = scene.tell({
      name: "secrets-sweep",
      kind: "incident",
      title: `${app.role.name} reads ${secrets} secrets and ${pages * 10} parameters of ${account.name} in ${Math.max(1, Math.round((time - booking.start) / MINUTE))} minutes`,
      accounts: [account],
      regions: [account.homeRegion],
      measures: { secretsRead: secrets, parametersRead: pages * 10, deniedCalls: refused },
      note: stolen
        ? `with the application's credentials from ${session.sourceIp}`
        : "from the application's own network",
    });
    return { story, events: scene.events };
  },
};

/** An attacker with the pipeline's credentials and Terraform's user agent, but not from the pipeline's network. */
export const fakeTerraform: StoryScript = {
  name: "fake-terraform",
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const booking = stage.book(random, oneOf(stage, "production", "staging", "development"), {
      duration: 40 * MINUTE,
      hours: [0, 23],
    });
    const account = booking?.accounts[0];
    if (!booking || !account) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const ip = foreignIp(random);
    const session: RoleSession = {
      ...terraformSession(scene.log, world, account, booking.start - 5 * MINUTE),
      sourceIp: ip,
    };
    scene.blame(session);
    const as = (service: string): RoleSession => ({ ...session, userAgent: userAgents.terraform(service) });
    const global = { account: account.id, region: "us-east-1" };
    const here = { account: account.id, region: account.homeRegion };
    let time = booking.start;
    const step = (): number => {
      time += random.int(3, 45) * SECOND;
      return time;
    };
    scene.call(as("sts"), here, time, getCallerIdentity());
    for (const name of ["ListUsers", "ListRoles", "GetRole"]) scene.call(as("iam"), global, step(), read("iam", name));
    const outsider = random.letters(12, "123456789");
    const roleName = random.pick(["terraform-state-sync", "infra-readonly", "ci-maintenance"]);
    scene.call(
      as("iam"),
      global,
      step(),
      createRole(
        account.id,
        roleName,
        stableId(world.seed, "AROA", `${account.id}/${roleName}`),
        { AWS: `arn:aws:iam::${outsider}:root` },
        time,
      ),
    );
    scene.call(as("iam"), global, step(), attachRolePolicy(roleName, ADMIN));
    const user = random.pick(["terraform-ci", "tf-runner"]);
    scene.call(
      as("iam"),
      global,
      step(),
      createUser(account.id, user, stableId(world.seed, "AIDA", `${account.id}/${user}`), time),
    );
    scene.call(as("iam"), global, step(), attachUserPolicy(user, ADMIN));
    scene.call(
      as("iam"),
      global,
      step(),
      createAccessKey(user, stableId(world.seed, "AKIA", `${account.id}/${user}`), time),
    );
    if (random.chance(0.5)) scene.call(as("iam"), global, step(), createLoginProfile(user, time));
    scene.call(as("ec2"), here, step(), authorizeIngress(random, account.id, 22, "0.0.0.0/0"));
    const cast = world.cast(account);
    const count = random.int(1, 3);
    const launch = runInstances(random, {
      account: account.id,
      region: here.region,
      type: "m5.2xlarge",
      count,
      image: `ami-0${random.hex(16)}`,
      subnet: random.pick(cast.subnets),
      at: step(),
    });
    scene.call(as("ec2"), here, time, launch.operation);
    const story = scene.tell({
      name: "fake-terraform",
      kind: "incident",
      title: `with Terraform's user agent, somebody makes an administrator and trusts account ${outsider} in ${account.name}`,
      accounts: [account],
      regions: [account.homeRegion, "us-east-1"],
      measures: { usersCreated: 1, rolesCreated: 1, instances: count },
      note: `the session of ${session.role.name} from ${ip}, not from the pipeline's network; no AssumeRoleWithWebIdentity came before it`,
    });
    return { story, events: scene.events };
  },
};

const oneOf = (stage: Stage, ...types: readonly SimulatedAccount["type"][]) =>
  stage.accounts(...types).map((account) => [account]);
