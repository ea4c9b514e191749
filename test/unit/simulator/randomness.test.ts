import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { gammaMeanOne, logNormal, negativeBinomial, normal, poisson } from "#simulator/distributions.ts";
import { Random } from "#simulator/prng.ts";

const moments = (draw: () => number, count = 20_000): { mean: number; variance: number } => {
  const values = Array.from({ length: count }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1) };
};

test("a stream gives the same numbers everywhere, another name others", () => {
  const random = new Random("7/example");
  const first = Array.from({ length: 4 }, () => random.uint32());
  const again = new Random("7/example");
  expect(Array.from({ length: 4 }, () => again.uint32())).toEqual(first);
  expect(new Random("8/example").uint32()).not.toBe(first[0]);
  expect(new Random("7/exampl").uint32()).not.toBe(first[0]);
});

test("uniform numbers fill their range evenly", () => {
  const random = new Random("uniform");
  const cells = new Array<number>(20).fill(0);
  for (let i = 0; i < 40_000; i++) {
    const cell = Math.floor(random.float() * 20);
    cells[cell] = (cells[cell] ?? 0) + 1;
  }
  const chiSquare = cells.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
  // 19 degrees of freedom: 43.8 is exceeded once in a thousand.
  expect(chiSquare).toBeLessThan(43.8);
});

test("distributions have the moments that they promise", () => {
  const random = new Random("moments");
  const near = (actual: number, expected: number, share: number): void =>
    expect(Math.abs(actual - expected)).toBeLessThan(expected * share);
  const gaussian = moments(() => normal(random));
  expect(Math.abs(gaussian.mean)).toBeLessThan(0.03);
  near(gaussian.variance, 1, 0.05);
  for (const mean of [0.4, 7, 120]) {
    const drawn = moments(() => poisson(random, mean));
    near(drawn.mean, mean, 0.05);
    near(drawn.variance, mean, 0.06);
  }
  for (const shape of [0.5, 3]) near(moments(() => gammaMeanOne(random, shape)).variance, 1 / shape, 0.12);
  const counts = moments(() => negativeBinomial(random, 10, 2));
  near(counts.mean, 10, 0.05);
  near(counts.variance, 10 + 100 / 2, 0.12);
  near(moments(() => Math.log(logNormal(random, 0.3))).variance, 0.09, 0.06);
});

test("weights decide how often something is picked, and nothing is picked from nothing", () => {
  const random = new Random("weights");
  let rare = 0;
  for (let i = 0; i < 10_000; i++)
    if (
      random.weighted([
        ["often", 9],
        ["rare", 1],
      ] as const) === "rare"
    )
      rare++;
  expect(rare).toBeGreaterThan(850);
  expect(rare).toBeLessThan(1150);
  expect(() => random.pick([])).toThrow(RangeError);
});

test("the simulator knows nothing of what is tested with it", () => {
  const folder = join(import.meta.dirname, "../../../simulator");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  expect(sources.length).toBeGreaterThan(20);
  for (const name of sources) {
    const depth = name.split("/").length - 1;
    for (const [, specifier] of readFileSync(join(folder, name), "utf8").matchAll(/from "([^"]+)"/g)) {
      const climbs = (specifier?.match(/\.\.\//g) ?? []).length;
      const allowed = specifier?.startsWith("node:") || (specifier?.startsWith(".") && climbs <= depth);
      if (!allowed) throw new Error(`${name} imports ${specifier}`);
    }
  }
});
