import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { alike } from "#core/domain/alike.ts";
import { canonical } from "#core/use-cases/kept-incidents.ts";

const leaf = fc.oneof(
  fc.constantFrom(null, undefined, 0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, "", "a", "1", true, false),
  fc.string({ maxLength: 2 }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie("value"), { maxLength: 3 }), tie("fields")),
  fields: fc.dictionary(fc.constantFrom("a", "b", "c", "toString"), tie("value"), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
}));

test("alike are just the values whose canonical texts are the same", () => {
  fc.assert(
    fc.property(value, value, (a, b) => expect(alike(a, b)).toBe(canonical(a) === canonical(b))),
    { numRuns: 2000 },
  );
});

test("a copy with its keys in another order is alike, and one with another part is not", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ maxLength: 3 }), value, { noNullPrototype: true }),
      value,
      (fields, other) => {
        const turned = Object.fromEntries(Object.entries(structuredClone(fields)).reverse());
        expect(alike(fields, turned)).toBe(true);
        for (const key of Object.keys(fields)) {
          const changed = { ...turned, [key]: other };
          expect(alike(fields, changed)).toBe(canonical(fields) === canonical(changed));
        }
      },
    ),
  );
});
