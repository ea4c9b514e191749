import { jobSession } from "../processes/jobs.ts";
import { createVolume, deleteVolume, natGateway } from "../records/ec2.ts";
import { read } from "../records/operations.ts";
import { failed } from "../records/record.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../time.ts";
import { NO_TIME, Scene, type StoryScript } from "./stage.ts";

/** The restore test runs in a retry loop: it makes volumes, cannot delete them, and makes more. */
export const volumesNeverFreed: StoryScript = {
  name: "volumes-never-freed",
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const choices = stage.each("production", "staging", "development");
    const duration = random.int(25, 45) * MINUTE;
    const booking = stage.book(random, choices, { duration, hours: [0, 23] });
    const account = booking?.accounts[0];
    if (!booking || !account) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const place = { account: account.id, region: account.homeRegion };
    const session = jobSession(random, world, account, world.cast(account).restoreRole, booking.start - MINUTE);
    scene.blame(session);
    const volumes = random.int(70, 120);
    const gib = random.pick([300, 500, 800]);
    const gap = duration / volumes;
    let failures = 0;
    for (let i = 0; i < volumes; i++) {
      const at = booking.start + Math.round(i * gap + random.float() * gap * 0.5);
      const volume = createVolume(random, {
        region: place.region,
        gib,
        type: "gp3",
        snapshot: `snap-0${random.hex(16)}`,
        at,
      });
      scene.call(session, place, at, volume.operation);
      if (i % 6 === 5) {
        failures++;
        scene.call(
          session,
          place,
          at + 2 * SECOND,
          failed(
            deleteVolume(volume.id),
            "Client.VolumeInUse",
            `Volume ${volume.id} is currently attached to i-0${random.hex(16)}`,
          ),
        );
      }
    }
    const story = scene.tell({
      name: "volumes-never-freed",
      kind: "incident",
      title: `${volumes} volumes of ${gib} GiB in ${Math.round(duration / MINUTE)} minutes, none of them ever deleted`,
      accounts: [account],
      regions: [account.homeRegion],
      measures: { volumes, gib: volumes * gib, failedDeletes: failures },
      note: "the restore test in a retry loop; on other days it makes about 4 volumes and deletes them",
    });
    const insight = {
      account,
      region: account.homeRegion,
      type: "ApiCallRateInsight",
      source: "ec2.amazonaws.com",
      name: "CreateVolume",
      start: booking.start,
      end: booking.end,
      baseline: 0.003,
      rate: volumes / (duration / MINUTE),
      principal: session.arn,
    } as const;
    return { story, events: scene.events, insights: [insight] };
  },
};

/** The network test stops to clean up and starts to run by itself: a NAT gateway more every few hours, for days. */
export const natLeak: StoryScript = {
  name: "nat-leak",
  kind: "incident",
  play(stage, random) {
    const { world } = stage;
    const room = world.end - stage.opens;
    const duration = Math.min(random.int(80, 116) * HOUR, Math.floor((room * 0.85) / HOUR) * HOUR);
    if (duration < 30 * HOUR) return { leftOut: "a slow leak needs a span of at least six days" };
    const choices = stage.each("staging", "development");
    const booking = stage.book(random, choices, { duration, hours: [0, 24] });
    const account = booking?.accounts[0];
    if (!booking || !account) return { leftOut: NO_TIME };
    const scene = new Scene(random);
    const place = { account: account.id, region: account.homeRegion };
    let time = booking.start;
    let gateways = 0;
    let session = jobSession(random, world, account, world.cast(account).networkTestRole, time);
    while (time < booking.end) {
      if (gateways % 4 === 0) session = jobSession(random, world, account, world.cast(account).networkTestRole, time);
      scene.blame(session);
      const gateway = natGateway(random, place.region, time);
      scene.call(session, place, time, gateway.allocate);
      scene.call(session, place, time + 2 * SECOND, gateway.create);
      scene.call(
        session,
        place,
        time + 90 * SECOND,
        read("ec2", "DescribeNatGateways", {
          DescribeNatGatewaysRequest: { NatGatewayId: { tag: 1, content: gateway.natGatewayId } },
        }),
      );
      gateways++;
      time += Math.round(random.between(2.2, 4.4) * HOUR);
    }
    const story = scene.tell({
      name: "nat-leak",
      kind: "incident",
      title: `${gateways} NAT gateways in ${(duration / DAY).toFixed(1)} days, none of them ever deleted`,
      accounts: [account],
      regions: [account.homeRegion],
      measures: { natGateways: gateways },
      note: "the network test; on other days it makes one on a working day and deletes it",
    });
    return { story, events: scene.events };
  },
};
