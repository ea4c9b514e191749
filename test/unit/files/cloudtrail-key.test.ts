import { expect, test } from "@jest/globals";
import { type CloudtrailKey, cloudtrailKey, mayHold } from "#core/domain/cloudtrail-key.ts";

const KEY =
  "logs/AWSLogs/o-abcdefghij/111122223333/CloudTrail/eu-west-1/2026/11/03/111122223333_CloudTrail_eu-west-1_20261103T0215Z_x.json.gz";

test("the layout of an organization's trail", () => {
  expect(cloudtrailKey(KEY)).toEqual({
    organization: "o-abcdefghij",
    account: "111122223333",
    kind: "events",
    region: "eu-west-1",
    day: Date.UTC(2026, 10, 3),
    deliveredAt: Date.UTC(2026, 10, 3, 2, 15),
  });
});

test("digests and insights lie beside, accounts without an organization, and Windows separates by backslashes", () => {
  expect(cloudtrailKey(KEY.replace("/CloudTrail/", "/CloudTrail-Digest/"))?.kind).toBe("digest");
  expect(cloudtrailKey(KEY.replace("/CloudTrail/", "/CloudTrail-Insight/"))?.kind).toBe("insights");
  expect(cloudtrailKey(KEY.replace("o-abcdefghij/", ""))).toMatchObject({
    organization: null,
    account: "111122223333",
  });
  expect(cloudtrailKey(KEY.replaceAll("/", "\\"))?.region).toBe("eu-west-1");
});

test("other paths say nothing", () => {
  for (const path of [
    "",
    "events.json",
    "AWSLogs/1/CloudTrail/eu-west-1/",
    "a/AWSLogs/111122223333/elb/eu-west-1/2026/11/03/x",
  ]) {
    expect(cloudtrailKey(path)).toBeNull();
  }
});

test("a selection rules out by account, region and day, but keeps the day after, when late events come", () => {
  const key = cloudtrailKey(KEY) as CloudtrailKey;
  expect(mayHold(key, {})).toBe(true);
  expect(mayHold(key, { accounts: ["444455556666"] })).toBe(false);
  expect(mayHold(key, { regions: ["us-east-1"] })).toBe(false);
  expect(mayHold(key, { from: Date.UTC(2026, 10, 3, 23, 59) })).toBe(true);
  expect(mayHold(key, { from: Date.UTC(2026, 10, 4) })).toBe(false);
  expect(mayHold(key, { to: Date.UTC(2026, 10, 2, 12) })).toBe(true);
  expect(mayHold(key, { to: Date.UTC(2026, 10, 2) })).toBe(false);
});
