import { negativeBinomial } from "../distributions.ts";
import { DISPERSION, MISTAKES, PREVIEW, SERVICES } from "../parameters.ts";
import { createDatabase, createLoadBalancer, deleteDatabase, deleteLoadBalancer } from "../records/capacity.ts";
import { getParameters, getSecretValue } from "../records/data.ts";
import { change, createStack } from "../records/operations.ts";
import { denied, failed } from "../records/record.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../time.ts";
import { type ProcessFactory, Recorder } from "../world.ts";
import { deploySession } from "./pipelines.ts";
import { applicationSession } from "./workloads.ts";

/** Preview environments: a stack with a load balancer and a small database for a branch, gone after some hours. */
export const previewEnvironments: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/previews`);
  const log = new Recorder(random, sink);
  const place = { account: account.id, region: account.homeRegion };
  return (day) => {
    for (const time of world.demand.arrivals(random, account.id, "office", day, PREVIEW.perDay, DISPERSION.people)) {
      const name = `preview-${random.int(1000, 9999)}`;
      const pipeline = deploySession(random, world, account, time, "codepipeline.amazonaws.com");
      const stack = deploySession(random, world, account, time, "cloudformation.amazonaws.com");
      const balancer = createLoadBalancer(random, account.id, place.region, name, time);
      log.call(pipeline, place, time, createStack(random, account.id, place.region, name));
      log.call(stack, place, time + 15 * SECOND, balancer.operation);
      log.call(stack, place, time + 20 * SECOND, createDatabase(random, account.id, place.region, name));
      log.call(stack, place, time + 6 * MINUTE, change("ecs", "CreateService", { cluster: "main", serviceName: name }));
      const gone = time + Math.round(PREVIEW.lifetime * random.between(0.4, 1.8));
      log.call(pipeline, place, gone, change("cloudformation", "DeleteStack", { stackName: name }));
      log.call(stack, place, gone + 12 * SECOND, change("ecs", "DeleteService", { cluster: "main", service: name }));
      log.call(stack, place, gone + 70 * SECOND, deleteDatabase(account.id, place.region, name));
      log.call(stack, place, gone + 80 * SECOND, deleteLoadBalancer(balancer.arn));
    }
  };
};

/** Small mistakes that somebody notices soon: an application without a right, for some minutes. */
export const smallMistakes: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/mistakes`);
  const log = new Recorder(random, sink);
  const cast = world.cast(account);
  const place = { account: account.id, region: account.homeRegion };
  return (day) => {
    for (const start of world.demand.arrivals(random, account.id, "office", day, MISTAKES.perDay, DISPERSION.steady)) {
      const app = random.pick(cast.applications);
      const session = applicationSession(random, app, cast.natIp, Math.floor(start / DAY) * DAY);
      const count = 1 + negativeBinomial(random, MISTAKES.calls - 1, DISPERSION.bursty);
      for (let i = 0; i < count; i++) {
        const operation = random.chance(0.5)
          ? getSecretValue(account.id, place.region, random.pick(app.secrets))
          : getParameters(account.id, place.region, [`/${app.name}/settings`]);
        log.call(session, place, start + random.int(0, 8 * MINUTE), denied(operation, session.arn));
      }
    }
  };
};

/** A client that asks too fast, on some days: throttled, tried again. */
export const throttledReads: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/throttled`);
  const log = new Recorder(random, sink);
  const cast = world.cast(account);
  const place = { account: account.id, region: account.homeRegion };
  return (day) => {
    const app = cast.applications[0];
    if (!app) return;
    const session = applicationSession(random, app, cast.natIp, day);
    for (let hour = day; hour < day + DAY; hour += 4 * HOUR) {
      const count = negativeBinomial(random, SERVICES.throttledPerDay / 6, 0.7);
      for (let i = 0; i < count; i++) {
        const operation = getParameters(account.id, place.region, [`/${app.name}/flags`]);
        log.call(
          session,
          place,
          hour + random.int(0, 3 * MINUTE),
          failed(operation, "ThrottlingException", "Rate exceeded"),
        );
      }
    }
  };
};
