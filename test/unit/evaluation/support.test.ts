import { expect, test } from "@jest/globals";
import { sectionOf, withSection, writtenSection } from "../../../bench/evaluation/document.ts";
import { inParallel } from "../../../bench/evaluation/in-parallel.ts";
import { percent, some, table } from "../../../bench/evaluation/markdown.ts";
import { seedsOf } from "../../../bench/evaluation/seeds.ts";

const DOCUMENT = [
  "before",
  "<!-- worlds: written by bench/evaluate-worlds.ts -->",
  "old",
  "<!-- end of worlds -->",
  "after",
].join("\n");

test("a section is replaced between its markers, and reads back as it was written", () => {
  const written = withSection(DOCUMENT, "worlds", "| new |\n");
  expect(written).toContain("before");
  expect(written).toContain("after");
  expect(written).not.toContain("old");
  expect(sectionOf(written, "worlds")).toBe("| new |");
  expect(withSection(written, "worlds", "| new |")).toBe(written);
});

test("a document without the markers is refused", () => {
  expect(() => withSection(DOCUMENT, "attacks", "x")).toThrow(/attacks markers/);
});

test("the document of this repository has both sections, filled", () => {
  expect(writtenSection("worlds")).toContain("| seed |");
  expect(writtenSection("attacks")).toContain("| technique |");
});

test("cells cannot end a row or a cell", () => {
  expect(table(["a", "b"], [["x|y", "1\n2"]])).toBe("| a | b |\n|---|---|\n| x\\|y | 1 2 |");
});

test("numbers and lists for people", () => {
  expect(percent(1, 3)).toBe("33 %");
  expect(percent(0, 0)).toBe("-");
  expect(some(["a", "b", "c"], 2)).toBe("a, b and 1 more");
  expect(some(["a", "b"], 2)).toBe("a, b");
});

test("seeds", () => {
  expect(seedsOf("1-3,7")).toEqual([1, 2, 3, 7]);
  for (const wrong of ["", "0", "3-1", "a", "1-"]) expect(() => seedsOf(wrong)).toThrow(RangeError);
});

test("lanes keep the items' order, and no more than allowed are under way", async () => {
  let underWay = 0;
  let most = 0;
  const made = await inParallel([30, 1, 20, 2], 2, async (item) => {
    most = Math.max(most, ++underWay);
    await new Promise((done) => setTimeout(done, item));
    underWay--;
    return item * 10;
  });
  expect(made).toEqual([300, 10, 200, 20]);
  expect(most).toBe(2);
});
