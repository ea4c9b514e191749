import { describe, expect, test } from "@jest/globals";
import { type ReplayStep, replay, replayRequest } from "#core/operations/replay.ts";
import { renderReplay } from "../../../cli/render/replay.ts";

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const step = (of: Partial<ReplayStep>): ReplayStep => ({
  redriven: 0,
  failed: 0,
  passedOver: 0,
  records: 0,
  created: 0,
  duplicates: 0,
  reasons: [],
  next: null,
  ...of,
});

async function replayed(...steps: readonly ReplayStep[]) {
  const asked: (string | null)[] = [];
  const seen: number[] = [];
  const outcome = await replay(
    async (next) => {
      asked.push(next);
      const answer = steps[asked.length - 1];
      if (!answer) throw new Error("called once too often");
      return answer;
    },
    ({ redriven }) => seen.push(redriven),
  );
  return { outcome, asked, seen };
}

describe("a replay", () => {
  test("goes on where the last call stopped, and adds up", async () => {
    const { outcome, asked, seen } = await replayed(
      step({ redriven: 3, records: 30, created: 10, duplicates: 20, next: "a" }),
      step({ redriven: 2, failed: 1, reasons: ["busy"], next: "b" }),
      step({ passedOver: 1, failed: 1, reasons: ["busy"] }),
    );
    expect(asked).toEqual([null, "a", "b"]);
    expect(seen).toEqual([3, 5, 5]);
    expect(outcome).toEqual({
      calls: 3,
      redriven: 5,
      failed: 2,
      passedOver: 1,
      records: 30,
      created: 10,
      duplicates: 20,
      reasons: ["busy"],
      complete: true,
    });
  });

  test("is given up where nothing is worked off any more", async () => {
    const { outcome, asked } = await replayed(
      step({ redriven: 1, next: "a" }),
      step({ failed: 3, reasons: ["x: OPENSEARCH_BUSY"], next: "a" }),
    );
    expect(asked).toHaveLength(2);
    expect(outcome).toMatchObject({ complete: false, failed: 3 });
    expect(renderReplay(outcome)).toMatch(/3 failed[\s\S]*OPENSEARCH_BUSY[\s\S]*given up[\s\S]*trailwatch doctor/);
  });

  test("of nothing says so", async () => {
    expect(renderReplay((await replayed(step({}))).outcome)).toBe("0 pieces given again\n");
  });
});

describe("what is to be given again", () => {
  const [from, to] = [NOW - 7_200_000, NOW - 3_600_000];

  test("is one thing", () => {
    expect(replayRequest({ queue: true }, NOW)).toEqual({ from: "queue" });
    expect(replayRequest({ failed: true }, NOW)).toEqual({ from: "failed" });
    expect(replayRequest({ failed: true, from, to }, NOW)).toEqual({
      from: "failed",
      start: "2026-11-20T10:00:00Z",
      end: "2026-11-20T11:00:00Z",
    });
    expect(replayRequest({ from }, NOW)).toEqual({
      from: "trail",
      start: "2026-11-20T10:00:00Z",
      end: "2026-11-20T12:00:00Z",
    });
  });

  test.each([
    [{}, /not said what/],
    [{ to }, /not said what/],
    [{ queue: true, failed: true }, /--queue stands alone/],
    [{ queue: true, from }, /--queue stands alone/],
    [{ from: to, to: from }, /--from is not before --to/],
  ])("%j is refused", (choice, message) => {
    expect(() => replayRequest(choice, NOW)).toThrow(message);
  });
});
