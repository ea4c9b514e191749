import { role, roleSession, serviceCaller, serviceLinked, type UserCaller, userCaller } from "../callers.ts";
import type { SimulatedAccount } from "../organization.ts";
import { DISPERSION, SCALE, SERVICES } from "../parameters.ts";
import { kmsCall, objectCall } from "../records/data.ts";
import { createSnapshot } from "../records/ec2.ts";
import { assumeRole, getCallerIdentity } from "../records/identity.ts";
import { read } from "../records/operations.ts";
import { DAY, datePath, HOUR, isWeekend, MINUTE } from "../time.ts";
import { userAgents } from "../user-agents.ts";
import { GLOBAL_REGION, type ProcessFactory, Recorder, type World } from "../world.ts";

/** CloudTrail writes its own files: GetBucketAcl and GenerateDataKey, logged with a shared event id. */
export const trailItself: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/trail`);
  const log = new Recorder(random, sink);
  const place = { account: account.id, region: account.homeRegion };
  const caller = serviceCaller("cloudtrail.amazonaws.com");
  const bucket = `organization-trail-${world.organization.id.slice(2)}`;
  const { keyId } = world.cast(account);
  return (day) => {
    for (const time of world.demand.arrivals(
      random,
      account.id,
      "flat",
      day,
      SERVICES.trailCallsPerDay,
      DISPERSION.busy,
    )) {
      const acl = {
        ...read("s3", "GetBucketAcl", {
          bucketName: bucket,
          Host: `${bucket}.s3.${place.region}.amazonaws.com`,
          acl: "",
        }),
        eventVersion: "1.08",
        additional: {
          SignatureVersion: "SigV4",
          CipherSuite: "ECDHE-RSA-AES128-GCM-SHA256",
          bytesTransferredIn: 0,
          AuthenticationMethod: "AuthHeader",
          bytesTransferredOut: 544,
        },
        resources: [{ accountId: account.id, type: "AWS::S3::Bucket", ARN: `arn:aws:s3:::${bucket}` }],
      };
      const context = {
        "aws:cloudtrail:arn": `arn:aws:cloudtrail:${place.region}:${world.organization.management.id}:trail/organization`,
      };
      const operation = random.chance(0.6)
        ? acl
        : kmsCall(random, "GenerateDataKey", account.id, place.region, keyId, context);
      log.call(caller, place, time, operation, random.uuid());
    }
  };
};

/** The security tooling account reads every account once or twice a day through one role, logged in both accounts. */
export const securityAudit: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/audit`);
  const log = new Recorder(random, sink);
  const auditor = world.organization.accounts.find((other) => other.name === "security-audit");
  if (!auditor || auditor === account) return () => {};
  const home = { account: account.id, region: account.homeRegion };
  const source = role(world.seed, auditor.id, "posture-scanner");
  const target = role(world.seed, account.id, "SecurityAuditRead");
  const ip = world.cast(auditor).natIp;
  const hour = random.int(2, 5) * HOUR + random.int(0, 50) * MINUTE;
  const weekly = random.int(0, 6);
  return (day) => {
    let time = day + hour + random.int(0, 10 * MINUTE);
    const agent = userAgents.boto();
    const scanner = roleSession(random, source, {
      session: "posture-scanner",
      since: time - 5 * MINUTE,
      sourceIp: ip,
      userAgent: agent,
    });
    const session = roleSession(random, target, {
      session: "posture-scan",
      since: time,
      sourceIp: ip,
      userAgent: agent,
    });
    const shared = random.uuid();
    const assumed = assumeRole(random, session, time);
    log.call(scanner, { account: auditor.id, region: account.homeRegion }, time, assumed, shared);
    log.call(scanner, home, time, { ...assumed, response: null }, shared);
    const reads = Math.round(SERVICES.auditReadsPerDay * random.between(0.85, 1.15));
    for (let i = 0; i < reads; i++) {
      time += random.int(200, 4000);
      const [service, name] = AUDIT_READS[i % AUDIT_READS.length] as readonly [string, string];
      const region = service === "iam" ? GLOBAL_REGION : home.region;
      log.call(session, { account: account.id, region }, time, read(service, name));
    }
    if (Math.floor((day - world.start) / DAY) % 7 !== weekly) return;
    for (const region of AUDITED_REGIONS) {
      for (const name of ["DescribeInstances", "DescribeVolumes", "DescribeNatGateways"]) {
        time += random.int(200, 1500);
        log.call(session, { account: account.id, region }, time, read("ec2", name, { filterSet: {} }));
      }
    }
  };
};

/** Reads only: nobody works in these regions. */
const AUDITED_REGIONS = ["us-west-2", "ap-southeast-1"] as const;
const AUDIT_READS = [
  ["iam", "GetAccountSummary"],
  ["iam", "ListUsers"],
  ["iam", "ListRoles"],
  ["iam", "GetAccountPasswordPolicy"],
  ["ec2", "DescribeSecurityGroups"],
  ["ec2", "DescribeInstances"],
  ["ec2", "DescribeVolumes"],
  ["ec2", "DescribeSnapshots"],
  ["s3", "ListBuckets"],
  ["kms", "ListKeys"],
  ["rds", "DescribeDBInstances"],
  ["cloudtrail", "DescribeTrails"],
  ["cloudtrail", "GetTrailStatus"],
  ["config", "DescribeConfigurationRecorders"],
  ["guardduty", "ListDetectors"],
  ["lambda", "ListFunctions20150331"],
  ["secretsmanager", "ListSecrets"],
  ["elasticloadbalancing", "DescribeLoadBalancers"],
] as const;

/** AWS Backup takes snapshots at night. */
export const backups: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/backup`);
  const log = new Recorder(random, sink);
  const place = { account: account.id, region: account.homeRegion };
  const volumes = 2 + SCALE[account.type].fleets.length * 3;
  return (day) => {
    if (SCALE[account.type].fleets.length === 0) return;
    let time = day + 3 * HOUR + random.int(0, 5 * MINUTE);
    const session = serviceLinked(
      random,
      world.seed,
      account.id,
      "backup.amazonaws.com",
      "AWSServiceRoleForBackup",
      "AWSBackup-AWSServiceRoleForBackup",
      time,
    );
    for (let i = 0; i < volumes; i++) {
      log.call(session, place, time, createSnapshot(random, account.id, time));
      time += random.int(5_000, 60_000);
    }
  };
};

/** A job of old with an IAM user's key copies artifacts every few hours. */
export const legacyUser: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/legacy-user`);
  const log = new Recorder(random, sink);
  const cast = world.cast(account);
  const place = { account: account.id, region: account.homeRegion };
  const caller = legacyCaller(world, account);
  return (day) => {
    for (let hour = 1; hour < 24; hour += 4) {
      if (isWeekend(day) && hour !== 9) continue;
      let time = day + hour * HOUR + random.int(0, 4 * MINUTE);
      log.call(caller, place, time, getCallerIdentity());
      const copies = random.int(2, 6);
      for (let i = 0; i < copies; i++) {
        time += random.int(300, 6000);
        const key = `artifacts/${datePath(time)}/${random.hex(12)}.tar.gz`;
        log.call(
          caller,
          place,
          time,
          objectCall(random, "PutObject", place, cast.buckets[0] ?? "artifacts", key, random.int(200_000, 9_000_000)),
        );
      }
    }
  };
};

/** The legacy user with its key, from the address where its job runs. */
export const legacyCaller = (world: World, account: SimulatedAccount): UserCaller => {
  const { legacyUser: user } = world.cast(account);
  return userCaller(world.seed, account.id, user.name, user.ip, userAgents.botoOnInstance());
};
