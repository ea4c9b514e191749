import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { CreateOrganizationCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import { parseOrganization } from "#core/context/index.ts";
import type { Incident } from "#core/domain/incident.ts";
import { normaliseRecord } from "#core/normalise/index.ts";
import type { KeptIncident } from "#core/ports/live-incidents.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { Random } from "#simulator/prng.ts";
import { emulated } from "../aws/clients.ts";
import { type Emulator, startEmulator } from "../aws/emulator.ts";
import { GrowingEventStore } from "../fakes/growing-event-store.ts";
import { dataMessage, packed } from "../handlers/support.ts";
import { liveNode } from "../opensearch/support/live-node.ts";
import { analysed, essence } from "../unit/live/outcome.ts";
import { riskyAction } from "../unit/live/simulated.ts";
import { Chain, type Message } from "./support/chain.ts";
import { type Delivery, payloadsOf } from "./support/deliveries.ts";
import { ACCOUNT_ID } from "./support/deployment.ts";
import { keepFailed } from "./support/event-source.ts";
import { DELIVERY_FAULTS, Trouble, WIRE_FAULTS } from "./support/faults.ts";
import { Killings } from "./support/killings.ts";
import { DELIVERIES, PLANTED, RECORDS, START, TIMES } from "./support/small-world.ts";
import { Told } from "./support/told.ts";
import { type Fate, PASS } from "./support/wire.ts";

const node = liveNode();
let emulator: Emulator;
let organization: { readonly organizationId: string };
let expected: readonly Incident[];

beforeAll(async () => {
  emulator = await startEmulator();
  const organizations = new OrganizationsClient(emulated(emulator.endpoint));
  const { Organization } = await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  organization = { organizationId: Organization?.Id ?? "" };
  expected = await analysedAtOnce();
}, 60_000);
afterAll(() => emulator?.stop());

/** What one analysis of all records says. */
async function analysedAtOnce(): Promise<readonly Incident[]> {
  const store = new GrowingEventStore(riskyAction);
  const prices = createPriceBook();
  const entries = RECORDS.flatMap((record) => {
    const made = normaliseRecord(record, (text) => createHash("sha256").update(text).digest("hex"));
    return made.kind === "event"
      ? [{ event: { ...made.event, cost: prices.estimate(made.event) }, counted: true }]
      : [];
  });
  expect(entries).toHaveLength(RECORDS.length);
  store.add(entries, 0);
  const config = parseConfig({});
  return analysed(store, config, parseOrganization(listed(), config.context));
}

/** Nobody that events are about: their accounts go by their numbers. */
const listed = () => ({ ...organization, managementAccountId: ACCOUNT_ID, accounts: [] });

const open = (name: string, timeoutsMs: Readonly<Record<string, number>> = {}): Promise<Chain> =>
  Chain.open({ node, emulator, name, ...organization, organization: listed(), timeoutsMs }, START);

const dueBetween = (deliveries: readonly Delivery[], after: number, until: number): readonly Delivery[] =>
  deliveries.filter(({ at }) => at > after && at <= until);

const key = ({ id, revision, occasion }: Message): string => `${id} ${revision} ${occasion}`;

/** Nothing lost, nothing else found, and nothing told twice but what could not be recorded. */
async function expectNothingLost(chain: Chain, told: Told): Promise<void> {
  const ids = await chain.documents("usage-events-*");
  expect([...ids].sort()).toEqual(RECORDS.map(({ eventID }) => eventID).sort());
  const kept = await chain.incidents();
  expect(essence(kept.map(({ draft }) => draft))).toEqual(essence(expected));
  expect(await chain.documents("trailwatch-incidents")).toEqual(new Set(kept.map(({ draft }) => draft.id)));
  for (const { account, principal } of PLANTED) {
    const ofStory = kept.filter(
      ({ draft }) =>
        draft.paging.paged &&
        draft.accounts.some(({ id }) => id === account) &&
        draft.principals.some(({ value }) => value === principal),
    );
    expect(ofStory).toHaveLength(1);
  }
  for (const { draft, said, saidRevision } of kept) {
    expect(saidRevision).toBe(draft.revision);
    if (draft.paging.paged) expect(said).not.toBeNull();
  }
  expect(chain.messages).toHaveLength(told.published);
  expect(repeated(kept, chain.messages)).toBe(told.unrecorded);
}

/** Messages that say what another one said: the same revision once more, or that an incident began which had begun. */
function repeated(kept: readonly KeptIncident[], messages: readonly Message[]): number {
  const distinct = new Set(messages.map(key));
  const again = kept.map(({ draft, formerIds }) => {
    const ids = [draft.id, ...formerIds];
    const opened = messages.filter(({ id, occasion }) => ids.includes(id) && occasion === "opened");
    if (draft.paging.paged) expect(opened).not.toEqual([]);
    return Math.max(0, new Set(opened.map(key)).size - 1);
  });
  return again.reduce((sum, count) => sum + count, messages.length - distinct.size);
}

/** `TRAILWATCH_SEED=2 npm run test:chain -- faults`: faults at other times, payloads in another order. */
const SEED = process.env["TRAILWATCH_SEED"] ?? "1";

describe(`everything that can go wrong, at one time or another (seed ${SEED})`, () => {
  let chain: Chain;
  const told = new Told();
  const random = new Random(`faults/${SEED}`);
  /** The last steps have none, so that what is left can be made up for. */
  const trouble = new Trouble(new Map(WIRE_FAULTS.map((fault) => [fault, random.int(0, TIMES.length - 5)])));
  let isAway = false;
  let poisoned = 0;
  let redriven = 0;

  beforeAll(async () => {
    chain = await open("faults", { MultiAccountLogs: 50_000 });
    chain.deployment.fateOf = (asked) => {
      const fate: Fate =
        isAway && asked.by === "MultiAccountLogs" && asked.name.startsWith("OpenSearch")
          ? { kind: "answer", status: 503, body: "", headers: {} }
          : (trouble.fateOf(asked) ?? PASS);
      told.note(asked, fate);
      return fate;
    };
    let late: readonly Delivery[] = [];
    let before = 0;
    for (const [step, now] of TIMES.entries()) {
      trouble.step = step;
      await chain.takeSnapshot();
      const due = [...late, ...dueBetween(DELIVERIES, before, now)];
      before = now;
      // One in twenty comes with the next step; not what happens at the end, after which there is none.
      late = step < TIMES.length - 2 ? due.filter(() => random.chance(0.05)) : [];
      const prompt = due.filter((delivery) => !late.includes(delivery));
      const payloads = [...payloadsOf(prompt), ...payloadsOf(due.filter(() => random.chance(0.05)))];
      const repeated = payloads.filter((_, at) => at % 3 === 0);
      const poison = step % 4 === 1 ? poisonOf(step) : [];
      poisoned += poison.length === 0 ? 0 : POISON_RECORDS;
      await chain.deliver(random.shuffled([...payloads, ...repeated, ...poison]), now);
      if (step === 6) {
        isAway = true;
        await chain.deliver(payloadsOf(prompt.slice(0, 3)), now);
        isAway = false;
      }
      await chain.step(now);
    }
    redriven = await chain.redrive();
  }, 1_200_000);
  afterAll(() => chain?.close());

  test("each of them struck", () => {
    expect(Object.fromEntries(trouble.struck)).toEqual(
      Object.fromEntries(WIRE_FAULTS.map(({ name, times }) => [name, times])),
    );
    expect({ givenUp: chain.givenUp, redriven }).toEqual({ givenUp: 1, redriven: 1 });
  });

  test("nothing is lost, and nothing is told twice but what could not be recorded", async () => {
    await expectNothingLost(chain, told);
    expect(told.unrecorded).toBe(1);
  });

  test("what could not be read is kept, each by itself", async () => {
    expect((await chain.documents("trailwatch-quarantine")).size).toBe(poisoned);
  });
});

const POISON_RECORDS = 4;

/** Two payloads with so much that nothing can be made of, and a record among it that is there already. */
function poisonOf(step: number): readonly object[] {
  const mixed = dataMessage(['{"eventID":', RECORDS[0], "[]", { ...RECORDS[1], eventTime: 5 }], step * 100);
  return [
    { awslogs: { data: packed(mixed) } },
    { awslogs: { data: Buffer.from(`no gzip ${step}`).toString("base64") } },
  ];
}

describe("functions that are ended at each of their steps", () => {
  let chain: Chain;
  const told = new Told();
  // Of three attempts the third one has to do it.
  const killings = new Killings({ MultiAccountLogs: 2 });

  beforeAll(async () => {
    chain = await open("killed");
    chain.beforeHandOver = (name) => killings.begin(name);
    chain.deployment.fateOf = (asked) => {
      const fate = killings.fateOf(asked);
      told.note(asked, fate);
      return fate;
    };
    await chain.takeSnapshot();
    await chain.live(DELIVERIES, TIMES);
    await chain.deliver(poisonOf(1), chain.clock);
    const [payload] = payloadsOf(DELIVERIES.slice(0, 5));
    await keepFailed(chain.deployment, "MultiAccountLogs", payload, chain.clock);
    await chain.redrive();
  }, 1_200_000);
  afterAll(() => chain?.close());

  test("each was ended before and after each of them", () => {
    expect([...killings.steps].filter((step) => !killings.has(step))).toEqual([]);
    expect(killings.count).toBeGreaterThan(30);
  });

  test("nothing is lost, and nothing is told twice but what could not be recorded", async () => {
    await expectNothingLost(chain, told);
    // After it was published, and before it was recorded.
    expect(told.unrecorded).toBe(2);
  });

  test("they are those of the documentation", () => {
    const documented = tableOf("Function and step").map(([step = ""]) => step.replaceAll("`", ""));
    expect([...killings.steps].sort()).toEqual(documented.toSorted());
  });
});

test("the documentation has these faults", () => {
  const rows = [...WIRE_FAULTS, ...DELIVERY_FAULTS].map(({ name, meets, becomes }) => [name, meets, becomes]);
  expect(tableOf("Fault")).toEqual(rows);
});

/** Rows of the table with this head in the first column. */
function tableOf(head: string): readonly (readonly string[])[] {
  const text = readFileSync(new URL("../../docs/faults.md", import.meta.url), "utf8");
  const [, table = ""] = text.split(`| ${head} |`);
  const [rows = ""] = table.split("\n\n");
  return rows
    .split("\n")
    .slice(2)
    .map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
