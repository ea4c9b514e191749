import { ORGANIZATION_TRAIL_PREFIX } from "../../config/deployment/names.ts";
import { type EpochMs, HOUR, MINUTE } from "../../domain/time.ts";
import { duration, listed } from "../../messages/format.ts";
import type { DeploymentView, TrailFacts, TrailStatusFacts } from "../../ports/deployment-view.ts";
import { check, ok, type Verdict, warning, wrong } from "../check.ts";
import { type Deployed, isOrganization, settingOf } from "../deployed.ts";

interface TrailOf {
  readonly trail: TrailFacts | null;
  readonly status: TrailStatusFacts | null;
  /** Names of all trails that there are. */
  readonly all: readonly string[];
}

export const trail = check<DeploymentView, Deployed, TrailOf>({
  id: "trail",
  title: "The trail is logging",
  ask: async (view, deployed) => {
    const all = await view.trails();
    const meant = trailOf(deployed, all);
    return {
      trail: meant,
      status: meant === null ? null : await view.trailStatus(meant),
      all: all.map(({ name }) => name),
    };
  },
  judge: ({ trail: found, status, all }, deployed) => {
    if (found === null || status === null) return missing(all, deployed);
    if (!status.isLogging) {
      return wrong(
        `${found.name} does not log: nothing that happens since then is seen`,
        `Find out who stopped it (StopLogging in CloudTrail's event history of ${found.homeRegion}), then: aws cloudtrail start-logging --name ${found.arn} --region ${found.homeRegion}`,
      );
    }
    if (isOrganization(deployed) && !found.isOrganization) {
      return wrong(
        `${found.name} is no organization trail: other accounts are not in it`,
        "Name the organization's trail in deployment.trail, or let the deployment make one.",
      );
    }
    return delivery(found, status, deployed);
  },
});

/** By where the deployment reads; where that is not known, by its name. */
function trailOf(deployed: Deployed, all: readonly TrailFacts[]): TrailFacts | null {
  const logGroup = settingOf(deployed, "RedriveFunction", "LOG_GROUP_NAME");
  const bucket = settingOf(deployed, "RedriveFunction", "TRAIL_BUCKET");
  const candidates = [
    (one: TrailFacts) => one.name === deployed.names.trail(isOrganization(deployed)),
    (one: TrailFacts) => logGroup !== null && one.logGroupArn?.split(":")[6] === logGroup,
    (one: TrailFacts) => bucket !== null && one.bucket === bucket,
    // Events come through a stream from another account's log group.
    (one: TrailFacts) => one.isOrganization && one.name.startsWith(ORGANIZATION_TRAIL_PREFIX),
  ];
  for (const isMeant of candidates) {
    const found = all.find(isMeant);
    if (found) return found;
  }
  return null;
}

const missing = (all: readonly string[], { names }: Deployed): Verdict =>
  wrong(
    `no trail is found that this deployment reads (${names.trail(true)}, or one that writes to its log group or bucket)${
      all.length > 0 ? `; there are ${listed(all, 6)}` : ""
    }`,
    "List trails with: aws cloudtrail describe-trails --query \"trailList[?starts_with(Name, 'org-trail-')]\"",
    "Run cdk deploy --all again, or name the existing trail's log group or bucket in deployment.trail.",
  );

/** Almost always within a quarter of an hour. */
const LATE = HOUR;

function delivery(found: TrailFacts, status: TrailStatusFacts, { now }: Deployed): Verdict {
  const problems = [
    ...(status.deliveryError === "" ? [] : [`files do not reach the bucket ${found.bucket}: ${status.deliveryError}`]),
    ...(status.logsDeliveryError === "" ? [] : [`events do not reach the log group: ${status.logsDeliveryError}`]),
  ];
  if (problems.length > 0) {
    return wrong(
      `${found.name} logs, but ${problems.join("; ")}`,
      "Look at the policies of the bucket, the key and the role that CloudTrail writes with: they have to name this trail.",
    );
  }
  const last = Math.max(status.lastDelivery ?? 0, status.lastLogsDelivery ?? 0);
  if (last === 0) {
    return warning(`${found.name} logs, and has delivered nothing yet`, "A new trail needs a quarter of an hour.");
  }
  const age: EpochMs = Math.max(0, now - last);
  if (age > LATE) {
    return warning(
      `${found.name} logs, but the last delivery was ${duration(age)} ago`,
      "Events are rarely absent for so long: see AWS's health dashboard for CloudTrail, and the status of the trail.",
    );
  }
  return ok(`${found.name} logs; last delivery ${age < MINUTE ? "just now" : `${duration(age)} ago`}`);
}
