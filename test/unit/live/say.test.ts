import { beforeEach, describe, expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import { type ErrorCode, TrailwatchError } from "#core/domain/errors.ts";
import type { Finding } from "#core/domain/finding.ts";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import type { LiveIncident, Said } from "#core/ports/live-incidents.ts";
import { sampleFinding } from "../../contract/finding-store.ts";
import { liveIncident } from "../../contract/live-incidents.ts";
import { ORGANIZATION } from "../incidents/world.ts";
import { Deployment } from "./deployment.ts";

const NOW = Date.UTC(2026, 10, 3, 6);
const LATER = NOW + 3 * MINUTE;
const PAGED = { paged: true, reason: "severity high", heldBackBy: null } as const;
const HELD = { paged: false, reason: "expected", heldBackBy: null } as const;

let deployment: Deployment;
beforeEach(() => {
  deployment = new Deployment(parseConfig({ live: { sayClosed: false } }), ORGANIZATION);
});

/** An hour each, so that they are looked at in the order of their numbers. */
const paged = (n: number, changes: Partial<LiveIncident> = {}, draft: Partial<LiveIncident["draft"]> = {}) =>
  liveIncident(`inc-${n}`, changes, {
    paging: PAGED,
    window: { start: NOW - (10 - n) * HOUR, end: NOW },
    findings: [sampleFinding(`finding-${n}`)],
    ...draft,
  });
const keep = async (...incidents: readonly LiveIncident[]): Promise<void> => {
  for (const incident of incidents) await deployment.incidents.put(incident, null);
};
const kept = async (id: string): Promise<LiveIncident> => {
  const incident = await deployment.incidents.get(id);
  if (!incident) throw new Error(`${id} is kept`);
  return incident;
};
const published = (): readonly string[] =>
  deployment.notifier.published.map(({ incident, occasion }) => `${incident.id} ${occasion}`);

/** Makes the mirror refuse, until the function that is returned is called. */
function refusing(code: ErrorCode, isRefused: (id: string) => boolean = () => true) {
  const { mirror } = deployment;
  const put = mirror.put.bind(mirror);
  const asked: string[] = [];
  mirror.put = async (incident) => {
    asked.push(incident.id);
    if (isRefused(incident.id)) throw new TrailwatchError(code, "no copies now", "Try again.");
    return put(incident);
  };
  const accept = () => {
    mirror.put = put;
  };
  return { asked, accept };
}

describe("a mirror that takes no copy", () => {
  test("does not keep the message back, and is asked again", async () => {
    await keep(paged(1));
    const { accept } = refusing("OPENSEARCH_READ_ONLY");
    expect(await deployment.say(NOW)).toMatchObject({
      said: [{ id: "inc-1", occasion: "opened" }],
      failed: [{ id: "inc-1", message: "the copy for people to search: no copies now" }],
    });
    expect(await kept("inc-1")).toMatchObject({ said: { occasion: "opened" }, saidRevision: 0 });
    expect((await deployment.say(NOW + MINUTE)).looked).toBe(0);
    accept();
    expect(await deployment.say(LATER)).toMatchObject({ looked: 1, said: [], failed: [] });
    expect([...deployment.mirror.copies.keys()]).toEqual(["inc-1"]);
    expect(await kept("inc-1")).toMatchObject({ saidRevision: 1, notBefore: null });
    expect(published()).toEqual(["inc-1 opened"]);
  });

  test("of one document takes those of the others", async () => {
    await keep(paged(1), paged(2));
    refusing("OPENSEARCH_REFUSED", (id) => id === "inc-1");
    expect((await deployment.say(NOW)).failed.map(({ id }) => id)).toEqual(["inc-1"]);
    expect(published()).toEqual(["inc-1 opened", "inc-2 opened"]);
    expect([...deployment.mirror.copies.keys()]).toEqual(["inc-2"]);
  });

  test("because it cannot be reached is waited for once in a sweep", async () => {
    await keep(paged(1), paged(2), paged(3));
    const { asked, accept } = refusing("OPENSEARCH_UNREACHABLE");
    expect((await deployment.say(NOW)).failed.map(({ id }) => id)).toEqual(["inc-1", "inc-2", "inc-3"]);
    expect(asked).toEqual(["inc-1"]);
    expect(published()).toHaveLength(3);
    accept();
    await deployment.say(LATER);
    expect(deployment.mirror.copies.size).toBe(3);
  });

  test("has been told of what was said before it was asked", async () => {
    await keep(paged(1));
    const { mirror } = deployment;
    let before: LiveIncident | null = null;
    mirror.put = async () => {
      before = await kept("inc-1");
    };
    await deployment.say(NOW);
    expect(before).toMatchObject({ said: { occasion: "opened", messageIds: { memory: "memory-1" } } });
  });
});

describe("an error that nobody foresaw", () => {
  test("while one incident is explained does not silence the others", async () => {
    const broken = { kind: "anomaly", signal: "x" } as unknown as Finding;
    await keep(paged(1, {}, { findings: [broken] }), paged(2));
    const { failed } = await deployment.say(NOW);
    expect(failed).toEqual([{ id: "inc-1", message: expect.stringContaining("undefined") }]);
    expect(published()).toEqual(["inc-2 opened"]);
    expect(await kept("inc-1")).toMatchObject({ said: null, notBefore: NOW + 2 * MINUTE });
    expect((await deployment.say(NOW + MINUTE)).looked).toBe(0);
  });

  test("while one is rendered is that channel's", async () => {
    await keep(paged(1), paged(2));
    const { notifier } = deployment;
    const publish = notifier.publish.bind(notifier);
    notifier.publish = async (notice) => {
      if (notice.incident.id === "inc-1") throw new TypeError("cannot read properties");
      return publish(notice);
    };
    expect((await deployment.say(NOW)).failed).toEqual([{ id: "inc-1", message: "memory: cannot read properties" }]);
    expect(published()).toEqual(["inc-2 opened"]);
    expect(await kept("inc-1")).toMatchObject({ said: null, saidRevision: 0, notBefore: NOW + 2 * MINUTE });
  });

  test("is not what ends the run itself", async () => {
    await keep(paged(1), paged(2));
    deployment.notifier.publish = async () => {
      throw new TrailwatchError("LEASE_LOST", "another run has begun", "Leave it to that one.");
    };
    await expect(deployment.say(NOW)).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(await kept("inc-1")).toMatchObject({ notBefore: null });
  });
});

describe("a channel that did not take the last message", () => {
  const untold = (occasion: Said["occasion"]): Partial<LiveIncident> => ({
    said: { occasion, revision: 1, at: NOW - HOUR, severity: "critical", accounts: ALL, messageIds: { other: "o-1" } },
    saidRevision: 1,
  });
  const ALL = liveIncident("x").draft.accounts.map(({ id }) => id);
  const closed = { state: "closed", closedAt: NOW } as const;

  test("is told it later", async () => {
    await keep(paged(1, untold("opened"), { revision: 2 }));
    await deployment.say(NOW);
    expect(published()).toEqual(["inc-1 opened"]);
    expect((await kept("inc-1")).said?.messageIds).toEqual({ other: "o-1", memory: "memory-1" });
  });

  test.each([
    ["over, which is not said here", {}, closed],
    ["withdrawn", { withdrawnAt: NOW }, { ...closed, paging: HELD }],
    ["nobody's to be woken for any more", {}, { paging: HELD }],
  ])("is owed nothing of what is %s", async (_, changes, draft) => {
    await keep(paged(1, { ...untold("opened"), ...changes }, { revision: 2, ...draft }));
    expect(await deployment.say(NOW)).toMatchObject({ looked: 1, said: [], failed: [] });
    expect(published()).toEqual([]);
    expect(await kept("inc-1")).toMatchObject({ saidRevision: 2, said: { occasion: "opened" } });
  });

  test.each([
    ["that it is over, if it is", closed, ["inc-1 closed"]],
    ["not that it is over, if it goes on", { paging: HELD }, []],
  ])("is told %s", async (_, draft, messages) => {
    await keep(paged(1, untold("closed"), { revision: 2, ...draft }));
    await deployment.say(NOW);
    expect(published()).toEqual(messages);
  });
});
