import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { connectOpenSearch, type OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { type DesiredState, desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import { destroyOpenSearch } from "#adapters/opensearch/provisioning/destroy.ts";
import { applyOpenSearch, hasFailed, isEmpty, planOpenSearch } from "#adapters/opensearch/provisioning/plan.ts";
import { parseConfig } from "#core/config/index.ts";
import { as, nodeWith, STAND_IN_NOBODY } from "../support/plugin-node.ts";

const node = nodeWith("opensearch-security");
const API = "/_plugins/_security/api";
const options = { dashboards: null, now: Date.now, pause: async () => {} };
const desired = (access: object): DesiredState =>
  desiredState({
    config: parseConfig({ opensearch: { replicas: 0, access, forest: { detectors: [] } } }),
    namespace: node.namespace,
  });
const WRITER = "arn:aws:iam::111111111111:role/writer";
const mappingOf = async (role: string) => {
  const { body } = await node.connection.send("GET", `${API}/rolesmapping/${node.namespace}${role}`);
  return body[`${node.namespace}${role}`];
};

test("roles are made and given; who has them keeps them; again nothing is to be done", async () => {
  const first = await applyOpenSearch(desired({ writers: [WRITER] }), node.connection, options);
  expect(first.results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  expect(first.results.filter(({ kind, outcome }) => kind === "role" && outcome === "done")).toHaveLength(3);
  expect((await mappingOf("trailwatch-writer")).backend_roles).toEqual([WRITER]);
  expect(isEmpty(await planOpenSearch(desired({ writers: [WRITER] }), node.connection, options))).toBe(true);

  const others = { backend_roles: [WRITER, "theirs"], users: [], hosts: [] };
  await node.connection.send("PUT", `${API}/rolesmapping/${node.namespace}trailwatch-writer`, { body: others });
  const more = desired({ writers: [`${WRITER}-2`] });
  expect(hasFailed(await applyOpenSearch(more, node.connection, options))).toBe(false);
  expect((await mappingOf("trailwatch-writer")).backend_roles).toEqual([WRITER, "theirs", `${WRITER}-2`]);
  expect(isEmpty(await planOpenSearch(more, node.connection, options))).toBe(true);
});

test("who may not is told which permission is missing, and nothing is called a success", async () => {
  await asNobody(async (nobody) => {
    await expect(planOpenSearch(desired({}), nobody, options)).rejects.toMatchObject({
      code: "OPENSEARCH_FORBIDDEN",
      message: expect.stringMatching(/no permissions for \[cluster:monitor\/main\] and User \[name=/),
      nextStep: expect.stringMatching(/Map the user or IAM role/),
    });
  });
});

test("and roles go with the rest", async () => {
  const removal = { ...options, withData: true, dryRun: false };
  expect(hasFailed(await destroyOpenSearch(desired({}), node.connection, removal))).toBe(false);
  const { status } = await node.connection.send("GET", `${API}/roles/${node.namespace}trailwatch-writer`, {
    allow: [404],
  });
  expect(status).toBe(404);
});

/** As somebody with a password and no rights: on a live node one who is made for it. */
async function asNobody(act: (connection: OpenSearchConnection) => Promise<void>): Promise<void> {
  const made = { name: `${node.namespace}nobody`, password: `Aa1-${randomBytes(16).toString("hex")}` };
  const user = node.standIn === null ? made : STAND_IN_NOBODY;
  const path = `${API}/internalusers/${user.name}`;
  if (user === made) await node.connection.send("PUT", path, { body: { password: made.password } });
  const connection = connectOpenSearch({ ...node.options, authentication: as(user) });
  try {
    await act(connection);
  } finally {
    await connection.close();
    if (user === made) await node.connection.send("DELETE", path, { allow: [404] });
  }
}
