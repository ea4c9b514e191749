import { expect, test } from "@jest/globals";
import type { Incident } from "#core/domain/incident.ts";
import type { PlantedStory } from "#simulator/index.ts";
import { scoreWorld } from "../../../bench/evaluation/score-world.ts";
import { worldLimits, worldSection } from "../../../bench/evaluation/world-tables.ts";
import { incident, story, truth } from "./made.ts";

const leak = story("leak", ["l1", "l2", "l3"]);

function failings(planted: readonly PlantedStory[], incidents: readonly Incident[]): readonly (readonly string[])[] {
  return scoreWorld(truth(...planted), incidents).incidents.map((score) => score.failings);
}

test("one page with the events, the accounts and the principal is a find", () => {
  expect(failings([leak], [incident(["l2"])])).toEqual([[]]);
  expect(failings([leak], [incident(["else"], { findingEventIds: ["l3"] })])).toEqual([[]]);
});

test("what pages nobody is not found, and the reason says how far it came", () => {
  expect(failings([leak], [incident(["else"])])).toEqual([["no incident has its events"]]);
  expect(failings([leak], [incident(["l1"], { severity: "low" })])).toEqual([["below medium"]]);
  expect(failings([leak], [incident(["l1"], { expected: true })])).toEqual([["judged expected"]]);
  expect(failings([leak], [incident(["l1"], { expected: true, severity: "low" })])).toEqual([["below medium"]]);
});

test("two pages about one story are pieces; a quiet one beside the page is not", () => {
  expect(failings([leak], [incident(["l1"]), incident(["l2"])])).toEqual([["in pieces"]]);
  expect(failings([leak], [incident(["l1"]), incident(["l2"], { severity: "low" })])).toEqual([[]]);
});

test("a page about two stories counts against both, also when one of them is benign", () => {
  const mining = story("mining", ["m1"]);
  const joined = ["joined with another story"];
  expect(failings([leak, mining], [incident(["l1", "m1"])])).toEqual([joined, joined]);
  const release = story("release", ["r1"], { kind: "benign" });
  expect(failings([leak, release], [incident(["l1", "r1"])])).toEqual([joined]);
});

test("all planted accounts must be named, and at most one other", () => {
  const theft = story("theft", ["t1"], { accounts: ["a", "b"] });
  expect(failings([theft], [incident(["t1"], { accounts: ["a"] })])).toEqual([["accounts not named"]]);
  expect(failings([theft], [incident(["t1"], { accounts: ["a", "home", "b"] })])).toEqual([[]]);
  expect(failings([theft], [incident(["t1"], { accounts: ["a", "b", "c", "d"] })])).toEqual([
    ["strange accounts named"],
  ]);
});

test("the principal must be among the first three", () => {
  expect(failings([leak], [incident(["l1"], { principals: ["x", "y", "role"] })])).toEqual([[]]);
  expect(failings([leak], [incident(["l1"], { principals: ["x", "y", "z", "role"] })])).toEqual([
    ["principal not named"],
  ]);
});

test("the page with the most events of a story is held to its names", () => {
  const small = incident(["l1"], { accounts: ["elsewhere"] });
  const large = incident(["l2", "l3"]);
  expect(failings([leak], [small, large])).toEqual([["in pieces"]]);
});

test("pages that were not planted, and those that were expected, are counted apart from low ones", () => {
  const world = scoreWorld(truth(leak), [
    incident(["x"]),
    incident(["y"], { severity: "medium" }),
    incident(["z"], { expected: true }),
    incident(["w"], { severity: "low" }),
    incident(["l1"]),
  ]);
  expect(world.falsePages).toHaveLength(2);
  expect(world.expectedBeside).toHaveLength(1);
  expect(world.weeks).toBe(3);
});

test("a benign story is paged by any page with one of its events, and is no false page besides", () => {
  const release = story("release", ["r1"], { kind: "benign" });
  const paged = scoreWorld(truth(release), [incident(["x", "r1"], { severity: "medium" })]);
  expect(paged.benign[0]?.pages).toHaveLength(1);
  expect(paged.falsePages).toEqual([]);
  const digest = scoreWorld(truth(release), [incident(["r1"], { expected: true })]);
  expect(digest.benign[0]?.pages).toEqual([]);
});

test("limits: nine of ten found is enough, eight are not; three strange pages in three weeks are enough, four are not", () => {
  const planted = Array.from({ length: 10 }, (_, i) => story(`s${i}`, [`e${i}`]));
  const pages = (count: number): Incident[] => Array.from({ length: count }, (_, i) => incident([`e${i}`]));
  const strange = (count: number): Incident[] => Array.from({ length: count }, (_, i) => incident([`x${i}`]));
  const kept = (incidents: readonly Incident[]): readonly boolean[] =>
    worldLimits([scoreWorld(truth(...planted), incidents)]).map((limit) => limit.kept);
  expect(kept([...pages(9), ...strange(3)])).toEqual([true, true, true]);
  expect(kept([...pages(8), ...strange(4)])).toEqual([false, false, true]);
  const benign = scoreWorld(truth(story("release", ["r"], { kind: "benign" }), ...planted), [
    ...pages(10),
    incident(["r"]),
  ]);
  expect(worldLimits([benign]).map((limit) => limit.kept)).toEqual([true, true, false]);
});

test("the section names what was missed and what was paged without being planted", () => {
  const section = worldSection([
    scoreWorld(truth(leak, story("mining", ["m1"])), [incident(["m1"]), incident(["x"], { severity: "medium" })]),
  ]);
  expect(section).toContain("| 5 | `leak` | no incident has its events | - |");
  expect(section).toContain("| `mining` | 1 | 1 | 1 | 1.00 | high 1 |  |");
  expect(section).toContain("| 5 |  | medium | something happened |  |");
});
