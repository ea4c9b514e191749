import { roleSession, serviceCaller } from "../callers.ts";
import { personSession } from "../people.ts";
import { jobSession, MODELS } from "../processes/jobs.ts";
import { deploySession, recordDeployment } from "../processes/pipelines.ts";
import { applicationSession } from "../processes/workloads.ts";
import { getParameters, getSecretValue, invoke, invokeModel, kmsCall } from "../records/data.ts";
import { deleteRolePolicy, serviceAssumesRole } from "../records/identity.ts";
import { createLogStream } from "../records/operations.ts";
import { denied, failed } from "../records/record.ts";
import { HOUR, MINUTE, SECOND } from "../time.ts";
import { userAgents } from "../user-agents.ts";
import { NO_TIME, Scene, type StoryScript } from "./stage.ts";

/** A function writes what wakes it: every invocation makes another, up to its concurrency. */
export const lambdaLoop: StoryScript = {
  name: "lambda-loop",
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const choices = stage.each("production", "staging", "development");
    const duration = random.int(13, 17) * MINUTE;
    const booking = stage.book(random, choices, { duration, hours: [0, 23] });
    const account = booking?.accounts[0];
    if (!booking || !account) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const cast = world.cast(account);
    const place = { account: account.id, region: account.homeRegion };
    const spec = random.pick(cast.functions);
    const session = roleSession(random, spec.role, {
      session: spec.name,
      since: booking.start - 5 * MINUTE,
      sourceIp: cast.natIp,
      userAgent: userAgents.boto(),
    });
    scene.blame(session);
    const ceiling = random.int(520, 660);
    let perMinute = 4;
    let invocations = 0;
    for (let minute = booking.start; minute < booking.end; minute += MINUTE) {
      perMinute = Math.min(ceiling, perMinute * 3);
      const count = Math.round(perMinute * random.between(0.9, 1.1));
      for (let i = 0; i < count; i++) {
        const time = minute + Math.floor(random.float() * MINUTE);
        scene.call(session, place, time, invoke(account.id, place.region, spec.name, true));
        if (i % 40 === 0) {
          const name = `awslambda_${random.int(100, 999)}_${new Date(time).toISOString().replace(/\D/g, "")}`;
          scene.call(
            serviceCaller("lambda.amazonaws.com"),
            place,
            time,
            serviceAssumesRole(random, spec.role.arn, name, time),
          );
          scene.call(session, place, time + SECOND, createLogStream(random, `/aws/lambda/${spec.name}`, time));
        }
        invocations++;
      }
    }
    const story = scene.tell({
      name: "lambda-loop",
      kind: "incident",
      title: `${spec.name} in ${account.name} invokes itself ${invocations} times in ${Math.round(duration / MINUTE)} minutes`,
      accounts: [account],
      regions: [account.homeRegion],
      measures: { invocations, invocationsPerMinuteAtMost: ceiling },
      note: `the caller is the function's own role ${spec.role.name}, session ${spec.name}`,
    });
    return { story, events: scene.events };
  },
};

/** A deployment takes a right away; the application asks again and again until the right is back. */
export const deniedStorm: StoryScript = {
  name: "denied-storm",
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const choices = stage.each("production", "staging");
    const duration = random.int(40, 75) * MINUTE;
    const booking = stage.book(random, choices, { duration, hours: [8, 17], workingDays: true });
    const account = booking?.accounts[0];
    if (!booking || !account) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const cast = world.cast(account);
    const place = { account: account.id, region: account.homeRegion };
    const deployed = recordDeployment(scene.log, world, account, booking.start);
    const app = random.pick(cast.applications);
    const stack = deploySession(random, world, account, booking.start, "cloudformation.amazonaws.com");
    scene.call(
      stack,
      { account: account.id, region: "us-east-1" },
      deployed + 5 * SECOND,
      deleteRolePolicy(app.role.name, "inline"),
    );
    const session = applicationSession(random, app, cast.natIp, Math.floor(booking.start / (24 * HOUR)) * 24 * HOUR);
    scene.blame(session);
    let refusals = 0;
    const until = booking.start + duration;
    for (let time = deployed + 20 * SECOND; time < until; time += random.int(200, 3600)) {
      const secret = random.pick(app.secrets);
      const operation = random.weighted([
        [
          () =>
            denied(
              getSecretValue(account.id, place.region, secret),
              session.arn,
              `arn:aws:secretsmanager:${place.region}:${account.id}:secret:${secret}`,
            ),
          5,
        ],
        [() => denied(getParameters(account.id, place.region, [`/${app.name}/settings`]), session.arn), 3],
        [() => denied(kmsCall(random, "Decrypt", account.id, place.region, cast.keyId, {}), session.arn), 4],
      ] as const)();
      scene.call(session, place, time, operation);
      refusals++;
    }
    recordDeployment(scene.log, world, account, until);
    const story = scene.tell({
      name: "denied-storm",
      kind: "incident",
      title: `${app.role.name} in ${account.name} is denied ${refusals} times after a deployment took its policy away`,
      accounts: [account],
      regions: [account.homeRegion],
      measures: { deniedCalls: refusals },
      note: "starts with a deployment through CodePipeline and CloudFormation, ends with the next one",
    });
    const minutes = (until - deployed) / MINUTE;
    const insight = {
      account,
      region: account.homeRegion,
      type: "ApiErrorRateInsight",
      source: "secretsmanager.amazonaws.com",
      name: "GetSecretValue",
      errorCode: "AccessDenied",
      start: deployed,
      end: until,
      baseline: 0.001,
      rate: (refusals * 5) / 12 / minutes,
      principal: session.arn,
    } as const;
    return { story, events: scene.events, insights: [insight] };
  },
};

/** Somebody points a loop at a large language model. */
export const modelSpree: StoryScript = {
  name: "model-spree",
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const choices = stage.each("sandbox", "development");
    const duration = random.int(45, 100) * MINUTE;
    const booking = stage.book(random, choices, { duration, hours: [7, 22] });
    const account = booking?.accounts[0];
    if (!booking || !account) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const place = { account: account.id, region: account.homeRegion };
    const person = random.chance(0.5)
      ? world.people.find((candidate) => candidate.accounts[0] === account && candidate.since === world.start)
      : undefined;
    const app = world.cast(account).applications[0];
    if (!app) return { leftOut: "the account has no application" };
    const session = person
      ? personSession(random, world.seed, person, account, booking.start - 30 * MINUTE, false).cli(
          "bedrock-runtime.invoke-model",
        )
      : jobSession(random, world, account, app.role, booking.start - MINUTE);
    scene.blame(session);
    let calls = 0;
    let throttled = 0;
    const model = MODELS[0];
    for (let time = booking.start; time < booking.end; time += random.int(400, 3600)) {
      const operation = invokeModel(place.region, model);
      const tooMany = random.chance(0.06);
      scene.call(
        session,
        place,
        time,
        tooMany
          ? failed(operation, "ThrottlingException", "Too many requests, please wait before trying again.")
          : operation,
      );
      if (tooMany) throttled++;
      else calls++;
    }
    const story = scene.tell({
      name: "model-spree",
      kind: "incident",
      title: `${calls} calls of ${model} in ${Math.round(duration / MINUTE)} minutes in ${account.name}`,
      accounts: [account],
      regions: [account.homeRegion],
      measures: { modelInvocations: calls, throttledCalls: throttled },
      note: person
        ? `by ${person.email} from the office`
        : `by ${app.role.name}, which otherwise makes a few dozen calls a day`,
    });
    return { story, events: scene.events };
  },
};
