import { type Context, leftOut, type Part } from "../context.ts";
import { covers, type Json } from "../meaning.ts";
import type { MonitorSpec } from "../monitors.ts";
import { nothing, type Step } from "../steps.ts";

const API = "/_plugins/_alerting/monitors";
const POLLED = "results are read on a schedule all the same";

/** The bell. It cannot be made before the index of results, which comes with the first detector. */
export const monitor: Part = async (context) => {
  const { alerting, names } = context.desired;
  const { plugins } = context.engine;
  if (!plugins.has("alerting")) return [leftOut("monitor", "all", "alerting", POLLED)];
  if (!plugins.has("detectors"))
    return [leftOut("monitor", "all", "detectors", "there are no results to look through")];
  if (alerting === null || !plugins.has("notifications")) return [];
  const { name } = alerting.monitor;
  const [kept, ...doubles] = await readMonitors(context, name);
  const steps = doubles.map((double) => removal(context, name, double._id));
  if (kept) return [planKept(context, alerting.monitor, kept), ...steps];
  if (!(await hasResults(context)) && !context.isMade("detector", "create", "replace")) {
    return [
      {
        kind: "monitor",
        name,
        action: "wait",
        reason: `${names.forestResults} is made with the first detector`,
        nextStep: "Apply again when the detectors are there.",
      },
    ];
  }
  return [
    {
      kind: "monitor",
      name,
      action: "create",
      reason: "rings when an entity departs",
      run: async () => {
        await context.connection.send("POST", API, { body: alerting.monitor.body });
        return undefined;
      },
    },
  ];
};

function planKept(context: Context, { name, body }: MonitorSpec, there: Json): Step {
  const kept = there._source.monitor ?? there._source;
  if (covers(body, kept)) return nothing("monitor", name);
  return {
    kind: "monitor",
    name,
    action: "update",
    reason: "looks for something else, or rings elsewhere",
    run: async () => {
      await context.connection.send("PUT", `${API}/${there._id}`, { body: withIds(body, kept) });
      return undefined;
    },
  };
}

/** Triggers and actions sent without their ids would be new ones, and all that is alerting would ring again. */
function withIds(body: Json, there: Json): Json {
  const triggers = body.triggers.map(({ bucket_level_trigger: wanted }: Json) => {
    const kept = there.triggers?.find(({ bucket_level_trigger: one }: Json) => one?.name === wanted.name);
    const trigger = kept?.bucket_level_trigger;
    if (!trigger) return { bucket_level_trigger: wanted };
    const actions = wanted.actions.map((action: Json) => {
      const id = trigger.actions?.find(({ name }: Json) => name === action.name)?.id;
      return id === undefined ? action : { id, ...action };
    });
    return { bucket_level_trigger: { id: trigger.id, ...wanted, actions } };
  });
  return { ...body, triggers };
}

/** Names of monitors may be there twice: one whose creation was answered too late, for one, and then repeated. */
const removal = ({ connection }: Context, name: string, id: string): Step => ({
  kind: "monitor",
  name,
  action: "remove",
  reason: `is there twice (${id})`,
  run: async () => {
    await connection.send("DELETE", `${API}/${id}`, { allow: [404] });
    return undefined;
  },
});

const MOST_MONITORS = 100;

/** In the order of their ids, so that every run keeps the same one. */
export async function readMonitors(
  { connection }: Pick<Context, "connection">,
  name: string,
): Promise<readonly Json[]> {
  const body = { size: MOST_MONITORS, query: { term: { "monitor.name.keyword": name } } };
  const answer = await connection.send("POST", `${API}/_search`, { body, allow: [404] });
  if (answer.status === 404) return [];
  return [...answer.body.hits.hits].sort((a, b) => (a._id < b._id ? -1 : 1));
}

async function hasResults({ connection, desired }: Context): Promise<boolean> {
  const { status } = await connection.send("HEAD", `/${desired.names.forestResults}`, { allow: [404] });
  return status !== 404;
}
