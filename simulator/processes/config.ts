import { serviceCaller, serviceLinked } from "../callers.ts";
import { poisson } from "../distributions.ts";
import { SCALE, SERVICES } from "../parameters.ts";
import { BUCKET_READS, bucketRead } from "../records/data.ts";
import { serviceAssumesRole } from "../records/identity.ts";
import { DAY, MINUTE, SECOND } from "../time.ts";
import { type ProcessFactory, Recorder } from "../world.ts";

/** AWS Config looks at every bucket, several times a day: the bulk of the real five-minute sample. */
export const configSweeps: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/config`);
  const log = new Recorder(random, sink);
  const { buckets } = world.cast(account);
  const place = { account: account.id, region: account.homeRegion };
  const habits = buckets.map(() => BUCKET_READS.map((read) => read.error !== undefined && random.chance(0.85)));
  const usual = SCALE[account.type].buckets;
  return (day) => {
    const sweeps = 1 + poisson(random, SERVICES.configSweepsPerDay - 1);
    for (let i = 0; i < sweeps; i++) {
      let time = day + random.int(0, DAY - 30 * MINUTE);
      const session = serviceLinked(
        random,
        world.seed,
        account.id,
        "config.amazonaws.com",
        "AWSServiceRoleForConfig",
        "AWSConfig-Describe",
        time - MINUTE,
        "AWS Internal",
      );
      for (let b = 0; b < usual; b++) {
        log.call(
          serviceCaller("config.amazonaws.com"),
          place,
          time,
          serviceAssumesRole(random, session.role.arn, "AWSConfig-Describe", time),
        );
        for (const [index, read] of BUCKET_READS.entries()) {
          const bucket = buckets[b] ?? "bucket";
          log.call(
            session,
            place,
            time + random.int(0, 4) * SECOND,
            bucketRead(random, account.id, place.region, bucket, read, habits[b]?.[index] ?? false),
          );
        }
        time += random.int(1, 9) * SECOND;
      }
    }
  };
};
