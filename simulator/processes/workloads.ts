import { type RoleSession, roleSession, serviceCaller, serviceLinked } from "../callers.ts";
import type { Application } from "../cast.ts";
import { DISPERSION, SCALE, SERVICES } from "../parameters.ts";
import type { Random } from "../prng.ts";
import { getParameters, getSecretValue, invoke, kmsCall, objectCall } from "../records/data.ts";
import { serviceAssumesRole } from "../records/identity.ts";
import { createLogStream, runTask } from "../records/operations.ts";
import { denied } from "../records/record.ts";
import { DAY, datePath, HOUR, type Millis } from "../time.ts";
import { userAgents } from "../user-agents.ts";
import { type ProcessFactory, Recorder } from "../world.ts";

/** Functions that customers' requests and events invoke. */
export const functionInvocations: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/invocations`);
  const log = new Recorder(random, sink);
  const cast = world.cast(account);
  const place = { account: account.id, region: account.homeRegion };
  const sources = ["s3.amazonaws.com", "sqs.amazonaws.com", "events.amazonaws.com"] as const;
  const total = cast.functions.reduce((sum, spec) => sum + spec.weight, 0);
  const plans = cast.functions.map((spec, index) => ({
    spec,
    perDay: (SCALE[account.type].invocations * spec.weight) / total,
    bySource: index % 3 === 2 ? null : random.pick(sources),
    caller: cast.applications[index % cast.applications.length] as Application,
  }));
  return (day) => {
    for (const { spec, perDay, bySource, caller } of plans) {
      const app = applicationSession(random, caller, cast.natIp, day);
      for (const time of world.demand.arrivals(random, account.id, "customers", day, perDay, DISPERSION.steady)) {
        if (random.chance(SERVICES.coldStartShare)) {
          const name = `awslambda_${random.int(100, 999)}_${new Date(time).toISOString().replace(/\D/g, "")}`;
          log.call(
            serviceCaller("lambda.amazonaws.com"),
            place,
            time - 40,
            serviceAssumesRole(random, spec.role.arn, name, time),
          );
          if (random.chance(0.3)) {
            const session = roleSession(random, spec.role, {
              session: spec.name,
              since: time,
              sourceIp: cast.natIp,
              userAgent: "awslambda-worker/1.0 rusoto/0.48.0 rust/1.80.0 linux",
            });
            log.call(session, place, time + 900, createLogStream(random, `/aws/lambda/${spec.name}`, time));
          }
        }
        log.call(
          bySource ? serviceCaller(bySource) : app,
          place,
          time,
          invoke(account.id, place.region, spec.name, bySource !== null),
        );
      }
    }
  };
};

/** Objects read and written by applications. */
export const objectTraffic: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/objects`);
  const log = new Recorder(random, sink);
  const cast = world.cast(account);
  const place = { account: account.id, region: account.homeRegion };
  return (day) => {
    const perApp = SCALE[account.type].objects / cast.applications.length;
    for (const app of cast.applications) {
      const session = applicationSession(random, app, cast.natIp, day);
      for (const time of world.demand.arrivals(random, account.id, "customers", day, perApp, DISPERSION.bursty)) {
        const action = random.weighted([
          ["GetObject", 70],
          ["PutObject", 27],
          ["DeleteObject", 3],
        ] as const);
        const key = `${app.name}/${datePath(time)}/${random.hex(10)}.json`;
        const operation = objectCall(random, action, place, app.bucket, key, random.int(300, 400_000));
        log.call(
          session,
          place,
          time,
          random.chance(SERVICES.applicationDenied)
            ? denied(operation, session.arn, `arn:aws:s3:::${app.bucket}/${key}`)
            : operation,
        );
      }
    }
  };
};

/** Applications read the few secrets and parameters that are theirs. */
export const secretReads: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/secrets`);
  const log = new Recorder(random, sink);
  const cast = world.cast(account);
  const place = { account: account.id, region: account.homeRegion };
  return (day) => {
    const perApp = SCALE[account.type].secrets / cast.applications.length;
    for (const app of cast.applications) {
      const session = applicationSession(random, app, cast.natIp, day);
      for (const time of world.demand.arrivals(random, account.id, "customers", day, perApp, DISPERSION.steady)) {
        const operation = random.chance(0.6)
          ? getSecretValue(account.id, place.region, random.pick(app.secrets))
          : getParameters(account.id, place.region, [`/${app.name}/settings`, `/${app.name}/flags`]);
        log.call(session, place, time, operation);
      }
    }
  };
};

/** Keys used by services (logs, S3) and by applications. */
export const keyUse: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/keys`);
  const log = new Recorder(random, sink);
  const cast = world.cast(account);
  const place = { account: account.id, region: account.homeRegion };
  return (day) => {
    const sessions = cast.applications.map((app) => applicationSession(random, app, cast.natIp, day, "AWS Internal"));
    const logs = serviceLinked(
      random,
      world.seed,
      account.id,
      "logs.amazonaws.com",
      "AWSServiceRoleForLogDelivery",
      "LogDelivery",
      day,
    );
    for (const time of world.demand.arrivals(
      random,
      account.id,
      "customers",
      day,
      SCALE[account.type].keys,
      DISPERSION.steady,
    )) {
      if (random.chance(0.45)) {
        log.call(
          logs,
          place,
          time,
          kmsCall(random, "GenerateDataKey", account.id, place.region, cast.keyId, {
            "aws:logs:arn": `arn:aws:logs:${place.region}:${account.id}:log-group:/app`,
          }),
        );
      } else {
        log.call(
          random.pick(sessions),
          place,
          time,
          kmsCall(random, "Decrypt", account.id, place.region, cast.keyId, {
            "aws:s3:arn": `arn:aws:s3:::${random.pick(cast.buckets)}`,
          }),
        );
      }
    }
  };
};

/** Scheduled container tasks. */
export const containerTasks: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/tasks`);
  const log = new Recorder(random, sink);
  const cast = world.cast(account);
  const place = { account: account.id, region: account.homeRegion };
  return (day) => {
    const session = serviceLinked(
      random,
      world.seed,
      account.id,
      "events.amazonaws.com",
      "AWSServiceRoleForCloudWatchEvents",
      "events",
      day,
      "events.amazonaws.com",
    );
    for (const time of world.demand.arrivals(
      random,
      account.id,
      "flat",
      day,
      SCALE[account.type].tasks,
      DISPERSION.busy,
    )) {
      log.call(
        session,
        place,
        time,
        runTask(random, account.id, place.region, "main", random.pick(cast.applications).name),
      );
    }
  };
};

/** The day's credentials of an application in a container; sessions are named after the task. */
export function applicationSession(
  random: Random,
  app: Application,
  natIp: string,
  day: Millis,
  invokedBy?: string,
): RoleSession {
  return roleSession(random, app.role, {
    session: app.task,
    since: day - random.int(0, 5) * HOUR - (random.int(0, DAY) % HOUR),
    sourceIp: natIp,
    userAgent: userAgents.java(),
    invokedBy,
  });
}
