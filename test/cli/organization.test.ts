import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { type OrganizationsServerFake, organizationsServer } from "../fakes/organizations-server.ts";
import { type Ended, ended, readJson, start, temporaryFolder } from "./trailwatch.ts";

const MOVED = "111111111111";
const folder = temporaryFolder();
const file = folder.at("organization.json");

let organizations: OrganizationsServerFake;

beforeAll(async () => {
  organizations = await organizationsServer({ [MOVED]: "Sandbox", "222222222222": "Production" });
});
beforeEach(() => void organizations.accounts.set(MOVED, "Sandbox"));
afterAll(async () => {
  await organizations.close();
  folder.remove();
});

const fetched = (): Promise<Ended> =>
  ended(
    start(["organization", "fetch", "--file", file, "--endpoint-url", organizations.url], {
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    }),
  );

const movedIn = () => readJson(file).accounts.find(({ id }: { readonly id: string }) => id === MOVED);

test("an account that moved since the file was written has its earlier place in it, with the date", async () => {
  const first = await fetched();
  expect(first).toMatchObject({ code: 0, stderr: `2 accounts written to ${file}\n` });
  expect(movedIn()).not.toHaveProperty("earlier");
  organizations.accounts.set(MOVED, "Production");
  const before = Date.now();
  const second = await fetched();
  expect(second).toMatchObject({ code: 0, stderr: `2 accounts written to ${file}\n` });
  const { ouPath, earlier } = movedIn();
  expect(ouPath).toBe("/Production");
  expect(earlier).toMatchObject([{ ouPath: "/Sandbox" }]);
  expect(Date.parse(earlier[0].until)).toBeGreaterThanOrEqual(before);
}, 60_000);

test("over a file that is broken it is said that earlier places are lost, and a sound one is written", async () => {
  await fetched();
  writeFileSync(file, readFileSync(file, "utf8").slice(0, -20));
  organizations.accounts.set(MOVED, "Production");
  const { code, stderr } = await fetched();
  expect(code).toBe(0);
  expect(stderr.split("\n")).toEqual([
    `${file} was no JSON: where accounts were before today is not known any more`,
    `2 accounts written to ${file}`,
    "",
  ]);
  expect(movedIn()).toMatchObject({ ouPath: "/Production" });
  expect(movedIn()).not.toHaveProperty("earlier");
}, 60_000);
