import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { cacheFolder, nodeFolders } from "../../../tools/opensearch-node/places.ts";

const folder = mkdtempSync(join(tmpdir(), "trailwatch-places-"));
afterAll(() => rmSync(folder, { recursive: true }));

const STRANGER = { uid: 54_321, gid: 54_321 };

test("the cache is the user's own", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/caches" }, null)).toBe("/caches/trailwatch/opensearch-3.7.0");
  expect(cacheFolder({}, null)).toMatch(/\/\.cache\/trailwatch\/opensearch-3\.7\.0$/);
});

test("another user's node has it there only where that user gets in", () => {
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, "closed"), { mode: 0o700 });
  mkdirSync(join(folder, "open"), { mode: 0o755 });
  const cacheIn = (name: string): string => cacheFolder({ XDG_CACHE_HOME: join(folder, name) }, STRANGER);
  expect(cacheIn("open")).toBe(join(folder, "open/trailwatch/opensearch-3.7.0"));
  expect(cacheIn("not-there-yet")).toBe(join(folder, "not-there-yet/trailwatch/opensearch-3.7.0"));
  expect(cacheIn("closed/deeper")).toBe("/var/cache/trailwatch/opensearch-3.7.0");
});

test("nodes of two names share nothing but the distribution", () => {
  const [one, two] = [nodeFolders("/cache", "one"), nodeFolders("/cache", "two")];
  for (const path of Object.values(one)) {
    expect(path.startsWith("/cache/nodes/one")).toBe(true);
    expect(Object.values(two)).not.toContain(path);
  }
});
