import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { DuckDbIncidentStore } from "#adapters/duckdb/incident-store.ts";
import { readAll } from "#adapters/duckdb/read.ts";
import type { Incident } from "#core/domain/incident.ts";
import { HOUR } from "#core/domain/time.ts";
import type { IncidentStore } from "#core/ports/incident-store.ts";
import { MemoryIncidentStore } from "../fakes/memory-incident-store.ts";

const START = Date.UTC(2026, 10, 3, 2);

const incident = (id: string, changes: Partial<Incident> = {}): Incident => ({
  id,
  revision: 0,
  state: "open",
  openedAt: START,
  updatedAt: START,
  closedAt: null,
  window: { start: START, end: START + HOUR },
  severity: "medium",
  severityReasons: ["ten instances"],
  accounts: [
    {
      id: "111111111111",
      alias: "it's prod",
      type: "production",
      ouPath: null,
      costCenter: null,
      owner: null,
      tags: {},
      known: true,
    },
  ],
  regions: ["eu-west-1"],
  principals: [{ value: "'; drop table incidents; --", count: 3 }],
  findings: [],
  joinedBy: [],
  expected: { expected: false, reasons: [] },
  paging: { paged: true, reason: "medium" },
  mute: null,
  cost: { status: "none" },
  explanation: { summary: "47 instances launched 🚨", causes: [], actions: [] },
  evidence: [],
  eventIds: ["e-1"],
  eventCount: 1,
  ...changes,
});

function contract(name: string, open: () => Promise<{ store: IncidentStore; close: () => void }>): void {
  describe(`incident store: ${name}`, () => {
    let store: IncidentStore;
    let close: () => void;
    beforeEach(async () => {
      ({ store, close } = await open());
    });
    afterEach(() => close());

    test("gives back what was saved, most severe first, then newest, then by id", async () => {
      await store.save([
        incident("b-low", { severity: "low" }),
        incident("d", { openedAt: START }),
        incident("c", { openedAt: START }),
        incident("a-new", { openedAt: START + HOUR }),
        incident("z-critical", { severity: "critical" }),
      ]);
      const list = await store.list();
      expect(list.map(({ id }) => id)).toEqual(["z-critical", "a-new", "c", "d", "b-low"]);
      expect(list[2]).toEqual(incident("c", { revision: 1 }));
    });

    test("counts revisions of what changed, keeps those of what did not, forgets what was not found again", async () => {
      await store.save([incident("same"), incident("changed"), incident("gone")]);
      await store.save([incident("same", { revision: 7 }), incident("changed", { eventCount: 2 }), incident("new")]);
      expect((await store.list()).map(({ id, revision }) => [id, revision])).toEqual([
        ["changed", 2],
        ["new", 1],
        ["same", 1],
      ]);
      await store.save([]);
      expect(await store.list()).toEqual([]);
    });

    test("finds by id and by the beginning of one", async () => {
      await store.save([incident("inc-ab12"), incident("inc-ab"), incident("inc-cd34")]);
      expect((await store.get("inc-c")).id).toBe("inc-cd34");
      expect((await store.get("inc-ab")).id).toBe("inc-ab");
    });

    test("names what is near when there is no such incident, or several", async () => {
      await expect(store.get("x")).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: "There is no incident x: none is kept",
      });
      await store.save([incident("inc-ab12"), incident("inc-ab34"), incident("inc-zz99"), incident("other-long-name")]);
      await expect(store.get("inc-ab1Z")).rejects.toMatchObject({
        code: "NOT_FOUND",
        nextStep: expect.stringMatching(/^Nearest: inc-ab12 \(medium, 2026-11-03T02:00:00Z\), inc-ab34 /),
      });
      await expect(store.get("inc-ab")).rejects.toMatchObject({
        message: "2 incidents begin with inc-ab",
        nextStep: expect.stringContaining("inc-ab12"),
      });
      await expect(store.get("")).rejects.toMatchObject({ code: "NOT_FOUND" });
    });
  });
}

contract("in memory", async () => ({ store: new MemoryIncidentStore(), close: () => {} }));

contract("DuckDB", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  return { store: new DuckDbIncidentStore(instance), close: () => instance.closeSync() };
});

test("incidents can be asked for in SQL", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  await new DuckDbIncidentStore(instance).save([incident("inc-1")]);
  const connection = await instance.connect();
  const rows = await readAll(
    connection,
    "select id, revision, severity, accounts, summary, paged, document->>'$.accounts[0].alias' as alias, epoch_ms(opened_at)::double as opened from incidents",
  );
  expect(rows).toEqual([
    {
      id: "inc-1",
      revision: 1,
      severity: "medium",
      accounts: ["111111111111"],
      summary: "47 instances launched 🚨",
      paged: true,
      alias: "it's prod",
      opened: START,
    },
  ]);
  connection.closeSync();
  instance.closeSync();
});
