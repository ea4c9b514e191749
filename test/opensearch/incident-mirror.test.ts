import { expect, test } from "@jest/globals";
import { OpenSearchIncidentMirror } from "#adapters/opensearch/incident-mirror.ts";
import { OpenSearchIncidentStore } from "#adapters/opensearch/incident-store.ts";
import { refresh } from "#adapters/opensearch/write-all.ts";
import type { Incident } from "#core/domain/incident.ts";
import { sampleIncident } from "../contract/incident-store.ts";
import { incidentMirrorContract } from "../contract/live-incidents.ts";
import { emptyPlace } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();
const NOW = Date.UTC(2026, 10, 4);

const open = async () => {
  const place = await emptyPlace(node);
  const { connection, names } = place;
  const mirror = new OpenSearchIncidentMirror(connection, names, () => NOW);
  const incidents = async (): Promise<readonly Incident[]> => {
    await refresh(connection, names.incidents);
    return new OpenSearchIncidentStore(connection, names).list();
  };
  return { ...place, mirror, incidents };
};

incidentMirrorContract("OpenSearch", async () => {
  const { mirror, incidents } = await open();
  return { mirror, copies: async () => new Map((await incidents()).map(({ id, revision }) => [id, revision])) };
});

test("a copy is the whole incident, and what replaces it replaces all of it", async () => {
  const { mirror, incidents } = await open();
  await mirror.remove(["before the index is made"]);
  const first = sampleIncident("inc-1", { revision: 1 });
  await mirror.put(first);
  expect(await incidents()).toEqual([first]);
  const again = sampleIncident("inc-1", { revision: 1, eventCount: first.eventCount + 1, regions: [] });
  await mirror.put(again);
  expect(await incidents()).toEqual([again]);
  await mirror.remove(["inc-1"]);
  await mirror.put(first);
  expect(await incidents()).toEqual([first]);
});

test("of revisions that are put at the same time the newest stays", async () => {
  const { mirror, incidents } = await open();
  for (let round = 0; round < 5; round++) {
    const revisions = [3, 1, 4, 2].map((revision) => sampleIncident(`inc-${round}`, { revision }));
    await Promise.all(revisions.map((incident) => mirror.put(incident)));
  }
  expect((await incidents()).map(({ revision }) => revision)).toEqual([4, 4, 4, 4, 4]);
});

test("people find a copy by what it says", async () => {
  const { mirror, incidents, connection, names } = await open();
  await mirror.put(sampleIncident("inc-1", { revision: 2, severity: "high" }));
  await incidents();
  const { body } = await connection.send("POST", `/${names.incidents}/_search`, {
    body: { query: { bool: { filter: [{ term: { severity: "high" } }, { term: { revision: 2 } }] } } },
  });
  expect(body.hits.hits.map(({ _source }: { _source: object }) => _source)).toMatchObject([
    { incident_id: "inc-1", written_at: NOW },
  ]);
});
