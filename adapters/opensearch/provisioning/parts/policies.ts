import { type Context, leftOut, type Part } from "../context.ts";
import { covers, type Json } from "../meaning.ts";
import type { RetentionPolicy } from "../retention-policy.ts";
import { nothing, type Step } from "../steps.ts";

const API = "/_plugins/_ism";

/** Deletion by age, where the index management plugin is there. */
export const policies: Part = async (context) => {
  if (!context.engine.plugins.has("indexManagement")) {
    const instead = "the schedule that rolls up deletes old indices itself";
    return [leftOut("retention policy", "all", "indexManagement", instead)];
  }
  const steps = await Promise.all(context.desired.policies.map((policy) => planPolicy(context, policy)));
  return steps.flat();
};

async function planPolicy(context: Context, wanted: RetentionPolicy): Promise<readonly Step[]> {
  const { connection } = context;
  const { id, policy } = wanted;
  const { status, body } = await connection.send("GET", `${API}/policies/${id}`, { allow: [404] });
  const there = status === 404 ? undefined : body;
  const unmanaged = await readUnmanaged(context, wanted);
  const isSame = there && covers(policy, there.policy);
  if (isSame && unmanaged.length === 0) return [nothing("retention policy", id)];
  const steps: Step[] = [];
  if (!isSame) {
    steps.push({
      kind: "retention policy",
      name: id,
      action: there ? "update" : "create",
      reason: `${wanted.pattern} is deleted after ${wanted.days} days`,
      run: async () => {
        const query = there && { if_seq_no: there._seq_no, if_primary_term: there._primary_term };
        await connection.send("PUT", `${API}/policies/${id}`, { ...(query && { query }), body: { policy } });
        return undefined;
      },
    });
  }
  if (unmanaged.length > 0) steps.push(attach(context, wanted, unmanaged));
  return steps;
}

/** A policy's own pattern takes indices that come after it only. */
const attach = ({ connection }: Context, { id, days }: RetentionPolicy, indices: readonly string[]): Step => ({
  kind: "retention policy",
  name: id,
  action: "start",
  reason: `${indices.length} indices that are there already are to be deleted after ${days} days too`,
  run: async () => {
    await connection.send("POST", `${API}/add/${indices.join(",")}`, { body: { policy_id: id } });
    return undefined;
  },
});

/** Indices of the pattern that no policy manages, ours or anybody's. */
async function readUnmanaged({ connection }: Context, { pattern }: RetentionPolicy): Promise<readonly string[]> {
  const { status, body } = await connection.send("GET", `${API}/explain/${pattern}`, { allow: [404] });
  if (status === 404) return [];
  return Object.entries<Json>(body)
    .filter(([, state]) => typeof state === "object" && state !== null && !isManaged(state))
    .map(([index]) => index)
    .sort();
}

const isManaged = (state: Json): boolean =>
  Boolean(
    state.policy_id ??
      state["index.plugins.index_state_management.policy_id"] ??
      state["index.opendistro.index_state_management.policy_id"],
  );
