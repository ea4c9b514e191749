import { expect, test } from "@jest/globals";
import { countOpinionWords } from "#core/messages/count-opinion.ts";

test.each([
  [
    { tail: 9.31, falsePerWeek: 0.05 },
    "a probability of 1e-9 by the count model, here about once in 20 weeks without a cause",
  ],
  [
    { tail: 3.9, falsePerWeek: 0.5 },
    "a probability of 1 in 1,000 by the count model, here about once in 2 weeks without a cause",
  ],
  [
    { tail: 12, falsePerWeek: 1 },
    "a probability of 1e-12 by the count model, here about once in 1 week without a cause",
  ],
  [
    { tail: 40.2, falsePerWeek: 1 / 260 },
    "a probability of 1e-40 by the count model, here about once in 5 years without a cause",
  ],
  [
    { tail: 80, falsePerWeek: 1e-9 },
    "a probability of 1e-80 by the count model, here less than once in 20 years without a cause",
  ],
])("%j is told", (opinion, words) => expect(countOpinionWords(opinion)).toBe(words));
