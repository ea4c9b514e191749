import { expect, test } from "@jest/globals";
import type { AccountContext } from "#core/domain/account.ts";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import {
  anomaly,
  draft,
  event,
  explain,
  NIGHT,
  novelty,
  PROD,
  PROD_EU,
  quantity,
  restartIds,
  violation,
} from "./world.ts";

const volume = (time: number, id: string, change: "added" | "removed"): PricedUsageEvent =>
  event(time, change === "added" ? "ec2:CreateVolume" : "ec2:DeleteVolume", {
    quantities: [quantity("volumes", 1, { change, resourceIds: [id] })],
  });

const night = (day: number, freed: number): readonly PricedUsageEvent[] =>
  [0, 1, 2].flatMap((at) => [
    volume(NIGHT - day * DAY + at, `vol-${day}-${at}`, "added"),
    ...(at < freed ? [volume(NIGHT - day * DAY + HOUR + at, `vol-${day}-${at}`, "removed")] : []),
  ]);

async function ofVolumes(freed: number) {
  restartIds();
  const before = [1, 2, 3, 4].flatMap((day) => night(day, freed));
  const made = Array.from({ length: 40 }, (_, at) => volume(NIGHT + at * 1000, `vol-now-${at}`, "added"));
  return explain(draft([anomaly("volumes-created", made, PROD, 0.2)], made, [PROD]), [...before, ...made]);
}

test("who always gave back what it made has rather forgotten than wanted what stands now", async () => {
  const { evidence, explanation } = await ofVolumes(3);
  expect(evidence.map(({ statement }) => statement)).toContain(
    "All 12 volumes that role deploy made in the 14 days before had been released again",
  );
  expect(explanation.causes[0]?.id).toBe("resource-leak");
});

test("who seldom gave anything back is not said to", async () => {
  const { evidence } = await ofVolumes(1);
  expect(evidence.filter(({ statement }) => /had been released again/.test(statement))).toEqual([]);
});

test("a role of the same name is cut off in every account where it acted, in one step, and so is the one that opened the way", async () => {
  restartIds();
  const by = (of: AccountContext, role: string, call: string) =>
    event(NIGHT, call, {
      account: of.id,
      principal: { id: `arn:aws:iam::${of.id}:role/${role}`, name: role, session: "x" },
      origin: { network: "203.0.113.0/24" },
    });
  const admin = [PROD, PROD_EU].map((of) => ({ of, made: by(of, "release", "iam:AttachUserPolicy") }));
  const way = by(PROD, "orchestrator", "sts:AssumeRole");
  const all = [...admin.map(({ made }) => made), way];
  const found = [
    ...admin.map(({ of, made }) =>
      violation("danger/admin-granted", "Administrator rights given", [made], of, "high", "global"),
    ),
    novelty("network", "203.0.113.0/24", [way], PROD, { severity: "low" }),
    novelty("risky-action", "sts:AssumeRole", [way], PROD, { severity: "low" }),
  ];
  const { explanation } = await explain(draft(found, all, [PROD, PROD_EU]), all);
  const steps = explanation.actions.map(({ title }) => title).filter((title) => title.includes("revoke"));
  expect(steps).toEqual([
    "Unless the owner confirms it at once: revoke the sessions of role release in prod-main and prod-eu",
    "Unless the owner confirms it at once: revoke the sessions of role orchestrator in prod-main",
  ]);
});

test("one refusal the day before is a slip, three are attempts", async () => {
  const causesAfter = async (refusals: number): Promise<string> => {
    restartIds();
    const refused = Array.from({ length: refusals }, (_, at) =>
      event(NIGHT - HOUR + at * MINUTE, "ec2:RunInstances", { outcome: "denied", errorCode: "UnauthorizedOperation" }),
    );
    const made = [event(NIGHT, "ec2:RunInstances", { quantities: [quantity("instances", 30)] })];
    const found = [anomaly("instances-launched", made, PROD, null), novelty("region", "eu-west-1", made, PROD)];
    const { explanation } = await explain(draft(found, made, [PROD]), [...refused, ...made]);
    return explanation.causes.map(({ id }) => id).join();
  };
  expect(await causesAfter(2)).not.toContain("stolen-credentials");
  expect(await causesAfter(3)).toContain("stolen-credentials");
});
