import { type RoleSession, roleSession, stableId } from "../callers.ts";
import { terraformSession } from "../processes/pipelines.ts";
import { assumeTarget, orchestrator, targetRole } from "../processes/releases.ts";
import { getSecretValue, listSecrets } from "../records/data.ts";
import { authorizeIngress } from "../records/ec2.ts";
import {
  attachRolePolicy,
  attachUserPolicy,
  createAccessKey,
  createLoginProfile,
  createRole,
  createUser,
  getCallerIdentity,
} from "../records/identity.ts";
import { runInstances } from "../records/instances.ts";
import { read } from "../records/operations.ts";
import { MINUTE, SECOND } from "../time.ts";
import { cliAgent, userAgents } from "../user-agents.ts";
import { foreignIp, NO_TIME, Scene, type StoryScript } from "./stage.ts";

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

/** An attacker with the pipeline's credentials and Terraform's user agent, but not from the pipeline's network. */
export const fakeTerraform: StoryScript = {
  name: "fake-terraform",
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const booking = stage.book(random, stage.each("production", "staging", "development"), {
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
