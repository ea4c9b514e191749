import { expect, test } from "@jest/globals";
import { eventOf, sample } from "./fixtures.ts";
import golden from "./golden.json" with { type: "json" };

/** Each of these was read by a person beside its record. */
test.each(Object.entries(golden))("%s", (from, expected) => {
  expect(eventOf(sample(from))).toEqual(expected);
});
