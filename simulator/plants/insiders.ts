import { type RoleSession, roleSession } from "../callers.ts";
import { permissionSetRole } from "../people.ts";
import { applicationSession } from "../processes/workloads.ts";
import { getParameters, getSecretValue, listSecrets } from "../records/data.ts";
import { deleteFlowLogs } from "../records/ec2.ts";
import { getCallerIdentity } from "../records/identity.ts";
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
import { foreignIp, NO_TIME, Scene, type StoryScript } from "./stage.ts";

/** Somebody switches off what would have shown the next step. */
export const loggingSwitchedOff: StoryScript = {
  name: "logging-switched-off",
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const booking = stage.book(random, stage.each("production", "staging", "development", "sandbox"), {
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
    const booking = stage.book(random, stage.each("production", "staging", "development"), {
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
