import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { SecondOpinion } from "#core/domain/second-opinion.ts";
import { fuse, withOpinion } from "#core/second-opinion/fuse.ts";

const share = fc.double({ min: 0.001, max: 1, noNaN: true });
const sureness = fc.record({ grade: share, confidence: share });
const forest = fc.record({
  grade: share,
  confidence: share,
  window: fc.constant({ start: 0, end: 1 }),
  actual: fc.constant(null),
  expected: fc.constant(null),
});
const said = fc.oneof(
  forest.map((finding): SecondOpinion["own"] => ({ verdict: "same", ...finding })),
  fc.constantFrom<SecondOpinion["own"]>(
    null,
    { verdict: "nothing" },
    { verdict: "unheard", reason: { why: "learning" } },
  ),
);

test("whatever the forest says, the grade is the count model's; agreement alone makes surer, silence never less sure", () => {
  fc.assert(
    fc.property(sureness, said, (count, own) => {
      const { grade, confidence } = fuse(count, own);
      expect(grade).toBe(count.grade);
      expect(confidence).toBeLessThanOrEqual(1);
      if (own?.verdict === "same" && count.confidence < 0.99) expect(confidence).toBeGreaterThan(count.confidence);
      else expect(confidence).toBeGreaterThanOrEqual(count.confidence - 1e-12);
    }),
  );
});

test("alone it is believed as seldom as it is right", () => {
  fc.assert(
    fc.property(forest, (finding) => {
      const { grade, confidence } = fuse(null, { verdict: "alone", ...finding });
      expect(grade).toBeCloseTo(finding.grade / 10, 12);
      expect(confidence).toBe(finding.confidence);
    }),
  );
});

test("to be told again, and otherwise, is as if it had been told so at once", () => {
  fc.assert(
    fc.property(sureness, said, said, (count, first, then) => {
      const once = withOpinion(count, { own: then, together: [] });
      expect(withOpinion(withOpinion(count, { own: first, together: [] }), { own: then, together: [] })).toEqual(once);
    }),
  );
});
