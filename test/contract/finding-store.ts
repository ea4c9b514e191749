import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Finding } from "#core/domain/finding.ts";
import { HOUR } from "#core/domain/time.ts";
import { EMPTY_FACETS } from "#core/incidents/facets.ts";
import type { FindingStore, KeptFindings, SubjectFindings } from "#core/ports/finding-store.ts";
import { fence } from "./checkpoints.ts";

const START = Date.UTC(2026, 10, 3, 2);

/** A plain finding to start a handwritten one from. */
export const sampleFinding = (id: string, changes: Partial<Finding> = {}): Finding =>
  ({
    kind: "policy",
    id,
    account: "111111111111",
    region: "eu-west-1",
    window: { start: START, end: START + HOUR },
    severity: "medium",
    severityReasons: ["it's a 🚨"],
    eventIds: ["e-1"],
    facets: EMPTY_FACETS,
    policy: "root-use",
    title: "Root is not used",
    ...changes,
  }) as Finding;

const setOf = (subject: string, findings: readonly Finding[], memo: string | null = null): SubjectFindings => ({
  subject,
  findings,
  memo,
});

const at = (end: number): Partial<Finding> => ({ window: { start: end - HOUR, end } });

async function subjects(sets: AsyncIterable<KeptFindings>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { subject } of sets) found.push(subject);
  return found.sort();
}

/** What every finding store keeps and answers. */
export function findingStoreContract(name: string, open: () => Promise<FindingStore>): void {
  describe(`finding store: ${name}`, () => {
    let store: FindingStore;
    beforeEach(async () => {
      store = await open();
    });

    test("a subject's set takes the place of the one before", async () => {
      expect(await store.get(["a", "b"])).toEqual([null, null]);
      await store.replace([setOf("a", [sampleFinding("f-1"), sampleFinding("f-2")], "memo")], START, fence(1));
      await store.replace([setOf("a", [sampleFinding("f-2"), sampleFinding("f-3")])], START + 1, fence(1));
      await store.replace([setOf("b", [])], START + 2, fence(1));
      expect(await store.get(["b", "c", "a"])).toEqual([
        { subject: "b", findings: [], memo: null, changedAt: START + 2 },
        null,
        { subject: "a", findings: [sampleFinding("f-2"), sampleFinding("f-3")], memo: null, changedAt: START + 1 },
      ]);
      expect(await store.get([])).toEqual([]);
    });

    test("the names of subjects are of any kind and length", async () => {
      const long = `anomaly ${"l".repeat(7000)}`;
      const names = ["", " ", "it's\n\u0000", "🚨", `${long}a`, `${long}b`, "__proto__"];
      await store.replace(
        names.map((subject, index) => setOf(subject, [sampleFinding(`f-${index}`)])),
        START,
        fence(1),
      );
      const kept = await store.get(names);
      expect(kept.map((set) => set?.subject)).toEqual(names);
      expect(kept.map((set) => set?.findings[0]?.id)).toEqual(names.map((_, index) => `f-${index}`));
    });

    test("a set of hundreds of findings comes back whole", async () => {
      const reasons = (index: number) => ({ severityReasons: [`reason ${index} `.repeat(200)] });
      const many = Array.from({ length: 500 }, (_, index) => sampleFinding(`f-${index}`, reasons(index)));
      await store.replace([setOf("a", many, "m".repeat(100_000))], START, fence(1));
      const [kept] = await store.get(["a"]);
      expect(kept?.findings).toEqual(many);
      await store.replace([setOf("a", many.slice(0, 1))], START, fence(1));
      expect((await store.get(["a"]))[0]?.findings).toEqual(many.slice(0, 1));
    });

    test("is read by the last end of a set's findings", async () => {
      await store.replace(
        [
          setOf("old", [sampleFinding("f-1", at(START))]),
          setOf("both", [sampleFinding("f-2", at(START)), sampleFinding("f-3", at(START + HOUR))]),
          setOf("none", []),
        ],
        START,
        fence(1),
      );
      expect(await subjects(store.endingSince(START))).toEqual(["both", "old"]);
      expect(await subjects(store.endingSince(START + 1))).toEqual(["both"]);
      expect(await subjects(store.endingSince(START + HOUR + 1))).toEqual([]);
      await store.replace([setOf("both", [sampleFinding("f-2", at(START))])], START, fence(1));
      expect(await subjects(store.endingSince(START + 1))).toEqual([]);
    });

    test("is read by the time of the last replacement, empty sets too", async () => {
      await store.replace([setOf("a", [sampleFinding("f-1")]), setOf("b", [sampleFinding("f-2")])], START, fence(1));
      await store.replace([setOf("b", [])], START + 1, fence(1));
      expect(await subjects(store.changedSince(START))).toEqual(["a", "b"]);
      expect(await subjects(store.changedSince(START + 1))).toEqual(["b"]);
      expect(await subjects(store.changedSince(START + 2))).toEqual([]);
      await store.replace([setOf("a", [sampleFinding("f-1")])], START + 2, fence(1));
      expect(await subjects(store.changedSince(START + 2))).toEqual(["a"]);
    });

    test("what a later holder replaced stays, and so does all after it", async () => {
      await store.replace([setOf("b", [sampleFinding("later")])], START, fence(5));
      const late = store.replace(
        ["a", "b", "c"].map((subject) => setOf(subject, [sampleFinding("f-1")])),
        START + 1,
        fence(4),
      );
      await expect(late).rejects.toMatchObject({ code: "LEASE_LOST" });
      const kept = await store.get(["a", "b", "c"]);
      expect(kept.map((set) => set?.findings[0]?.id ?? null)).toEqual(["f-1", "later", null]);
    });
  });
}
