import { expect, test } from "@jest/globals";
import { TrailwatchError } from "#core/domain/errors.ts";
import { holding } from "#lambdas/shared/holding.ts";
import { MemoryLeases } from "../fakes/memory-leases.ts";
import { TestClock } from "../fakes/test-clock.ts";
import { invocation, Overheard, TIME } from "./support.ts";

class NotGivenBack extends MemoryLeases {
  override async release(): Promise<void> {
    throw new TrailwatchError("AWS_THROTTLED", "the table takes no more writes", "Try again.");
  }
}

test("a lease that cannot be given back replaces neither the result of a run nor its error", async () => {
  const clock = new TestClock(TIME);
  const leases = new NotGivenBack(clock);
  const said = new Overheard();
  expect(await holding(leases, "one", invocation(), said, async () => "done")).toBe("done");
  const failing = async () => {
    throw new Error("the run's own");
  };
  await expect(holding(leases, "other", invocation(), said, failing)).rejects.toThrow("the run's own");
  const details = (lease: string) => ({ lease, error: expect.stringContaining("the table takes no more writes") });
  expect(said.lines).toEqual([
    { level: "warn", message: "the lease was not given back", details: details("one") },
    { level: "warn", message: "the lease was not given back", details: details("other") },
  ]);
});
