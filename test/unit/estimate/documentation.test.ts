import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { withEstimates } from "../../../tools/write-cost-docs.ts";

test("docs/cost.md has what the command says (node tools/write-cost-docs.ts writes it)", () => {
  const document = readFileSync(new URL("../../../docs/cost.md", import.meta.url), "utf8");
  expect(withEstimates(document)).toBe(document);
});

test("a document that has lost a marker is refused", () => {
  expect(() => withEstimates("# What a deployment costs")).toThrow(RangeError);
});
