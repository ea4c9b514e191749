import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, expect, test } from "@jest/globals";
import { nodeFolders } from "../../../tools/opensearch-node/places.ts";
import { forgetState, runningNode, withLock, writeState } from "../../../tools/opensearch-node/state.ts";

const cache = mkdtempSync(join(tmpdir(), "trailwatch-state-"));
const folders = nodeFolders(cache, "default");
beforeEach(() => {
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(folders.folder, { recursive: true });
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const STATE = { pid: 4711, url: "http://127.0.0.1:9200", data: folders.data, heap: "1g" };
const ours = (): string => `java\0-Dopensearch.path.conf=${folders.configuration}\0`;

test("what was written comes back while its process runs", () => {
  writeState(folders, STATE);
  expect(runningNode(folders, (pid) => (pid === 4711 ? ours() : ""))).toEqual(STATE);
  forgetState(folders);
  expect(runningNode(folders, ours)).toBeNull();
});

test("a process that is gone, or another one with its number, is no node", () => {
  writeState(folders, STATE);
  expect(runningNode(folders, () => "")).toBeNull();
  expect(
    runningNode(folders, () => `java\0-Dopensearch.path.conf=${nodeFolders(cache, "other").configuration}\0`),
  ).toBeNull();
  writeState(folders, { ...STATE, pid: process.pid });
  expect(runningNode(folders)).toBeNull();
});

test.each(["", "{", '{"pid":-1,"url":"u","data":"d","heap":"1g"}', '{"pid":1}'])("the file %j says nothing", (text) => {
  writeFileSync(folders.state, text);
  expect(runningNode(folders, ours)).toBeNull();
});

test("a second start is held off until the first ended, well or not", async () => {
  await expect(withLock(folders, () => withLock(folders, async () => "never"))).rejects.toThrow(
    `another start is under way (process ${process.pid})`,
  );
  await expect(withLock(folders, async () => "free again")).resolves.toBe("free again");
});

test("a lock that a dead process left is taken over", async () => {
  mkdirSync(dirname(folders.lock), { recursive: true });
  writeFileSync(folders.lock, "2147483646");
  await expect(withLock(folders, async () => "taken")).resolves.toBe("taken");
});
