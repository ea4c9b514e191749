import { expect, test } from "@jest/globals";
import { Names, STACKS, stageOfStack } from "#core/config/deployment/names.ts";

test("the default stage has the names of runbooks, every other one its own", () => {
  const [usual, staging] = [new Names("default"), new Names("staging")];
  expect(usual.of("MultiAccountLogsFunction")).toBe("MultiAccountLogsFunction");
  expect(staging.of("MultiAccountLogsFunction")).toBe("MultiAccountLogsFunction-staging");
  expect([usual.namespace, staging.namespace]).toEqual(["", "staging-"]);
  expect([usual.trail(true), staging.trail(true)]).toEqual(["org-trail-trailwatch", "org-trail-trailwatch-staging"]);
});

test("the stage is known by any of its stacks", () => {
  for (const stage of ["default", "staging", "a-b-1"]) {
    for (const part of STACKS) expect(stageOfStack(new Names(stage).stack(part))).toBe(stage);
  }
  expect([stageOfStack("Trailwatch"), stageOfStack("Trailwatch-staging")]).toEqual(["default", "staging"]);
});

test.each(["trailwatch", "Trailwatch-", "Trailwatch-Other", "Trailwatch-pipeline-of-somebody-else", "MyStack"])(
  "%s is no stack of ours",
  (name) => {
    expect(() => stageOfStack(name)).toThrow(/is no stack of Trailwatch/);
  },
);
