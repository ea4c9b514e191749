import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { type OrganizationsServerFake, organizationsServer } from "../fakes/organizations-server.ts";
import { type Ended, ended, readJson, start, startWithin, temporaryFolder } from "./trailwatch.ts";

const MOVED = "111111111111";
const folder = temporaryFolder();
const file = folder.at("organization.json");

let organizations: OrganizationsServerFake;

beforeAll(async () => {
  organizations = await organizationsServer({});
});
beforeEach(() => {
  organizations.accounts.clear();
  organizations.accounts.set(MOVED, "Sandbox").set("222222222222", "Production");
});
afterAll(async () => {
  await organizations.close();
  folder.remove();
});

const CREDENTIALS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };

const fetchInto = (name: string): readonly string[] => [
  "organization",
  "fetch",
  "--file",
  name,
  "--endpoint-url",
  organizations.url,
];

const fetched = (name = file): Promise<Ended> => ended(start(fetchInto(name), CREDENTIALS));

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

test.each([
  ["as it is written here", { organizationId: "o-otherother", accounts: [] }],
  ["as AWS answers, with a mistake", { Organization: { Id: "o-otherother" }, Accounts: [{ Id: 1 }] }],
])(
  "a file of another organization, %s, is left as it is",
  async (_, content) => {
    const text = JSON.stringify(content);
    writeFileSync(file, text);
    expect(await fetched()).toEqual({
      code: 2,
      signal: null,
      stdout: "",
      stderr: `trailwatch: ${file} is of organization o-otherother; what would be written is of o-abcdefghij
  next: Name another file with --file, or delete this one. For o-otherother, name its credentials with --profile or --role-arn.
`,
    });
    expect(readFileSync(file, "utf8")).toBe(text);
  },
  60_000,
);

test("a file that does not say of which organization it is, is written anew", async () => {
  writeFileSync(file, JSON.stringify([{ id: MOVED, name: "by hand" }]));
  expect(await fetched()).toMatchObject({ code: 0, stderr: `2 accounts written to ${file}\n` });
  expect(readJson(file)).toMatchObject({ organizationId: "o-abcdefghij", accounts: { length: 2 } });
}, 60_000);

test("the file is replaced whole, where a link leads to and with the rights that it had", async () => {
  await fetched();
  chmodSync(file, 0o640);
  const [earlier, link] = [folder.at("earlier.json"), folder.at("link.json")];
  linkSync(file, earlier);
  symlinkSync(file, link);
  const text = readFileSync(file, "utf8");
  organizations.accounts.set(MOVED, "Production");
  expect(await fetched(link)).toMatchObject({ code: 0 });
  expect(movedIn()).toMatchObject({ ouPath: "/Production" });
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  // Written in place, it would have come in here too.
  expect(readFileSync(earlier, "utf8")).toBe(text);
}, 60_000);

test("what cannot be written whole leaves the earlier file, and nothing beside it", async () => {
  await fetched();
  const text = readFileSync(file, "utf8");
  const before = readdirSync(folder.path);
  for (let n = 0; n < 20; n++) organizations.accounts.set(String(333333333300 + n), "Sandbox");
  const { code, stderr } = await ended(startWithin(2, fetchInto(file), CREDENTIALS));
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringMatching(
      /^trailwatch: cannot write .*EFBIG.*\n {2}next: With --file, name one on a disk with room for it, .*\n$/,
    ),
  });
  expect(readFileSync(file, "utf8")).toBe(text);
  expect(readdirSync(folder.path)).toEqual(before);
}, 60_000);

test("a pipe is written to, and stays one", async () => {
  const pipe = folder.at("pipe");
  execFileSync("sh", ["-c", 'mkfifo "$0"', pipe]);
  const [{ code, stderr }, read] = await Promise.all([fetched(pipe), readFile(pipe, "utf8")]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: `2 accounts written to ${pipe}\n` });
  expect(JSON.parse(read).accounts).toHaveLength(2);
  expect(statSync(pipe).isFIFO()).toBe(true);
}, 60_000);
