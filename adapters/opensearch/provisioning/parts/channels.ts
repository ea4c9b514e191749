import { channelIds } from "../channel.ts";
import { type Context, leftOut, type Part } from "../context.ts";
import { covers, type Json } from "../meaning.ts";
import { nothing, type Step } from "../steps.ts";

const API = "/_plugins/_notifications/configs";
const POLLED = "results are read on a schedule all the same, which is later by minutes";

/** The channel that the monitor rings. */
export const channels: Part = async (context) => {
  const { alerting } = context.desired;
  if (!context.engine.plugins.has("notifications")) return [leftOut("channel", "all", "notifications", POLLED)];
  if (alerting === null) return [NOBODY];
  const { id, config } = alerting.channel;
  const there = await readChannel(context, id);
  if (there && covers(config, there)) return [nothing("channel", id)];
  return [
    {
      kind: "channel",
      name: id,
      action: there ? "update" : "create",
      reason: there ? "leads elsewhere" : "alerts go through it",
      run: async () => {
        if (there) await context.connection.send("PUT", `${API}/${id}`, { body: { config } });
        else await context.connection.send("POST", API, { body: { config_id: id, config } });
        return undefined;
      },
    },
  ];
};

const NOBODY: Step = {
  kind: "channel",
  name: "all",
  action: "leave",
  reason: `no topic and no webhook is named: ${POLLED}`,
  nextStep: "Name one with --sns-topic-arn and --sns-role-arn, with --webhook, or in the configuration.",
};

/** The channel of the other kind, when the monitor no longer rings it. */
export const formerChannels: Part = async (context) => {
  const { alerting, names } = context.desired;
  if (!context.engine.plugins.has("notifications") || alerting === null) return [];
  const former = Object.values(channelIds(names)).filter((id) => id !== alerting.channel.id);
  const steps: Step[] = [];
  for (const id of former) {
    if (!(await readChannel(context, id))) continue;
    steps.push({
      kind: "channel",
      name: id,
      action: "remove",
      reason: `alerts go to ${alerting.channel.id}`,
      run: async () => {
        await context.connection.send("DELETE", `${API}/${id}`, { allow: [404] });
        return undefined;
      },
    });
  }
  return steps;
};

async function readChannel({ connection }: Context, id: string): Promise<Json> {
  const { status, body } = await connection.send("GET", `${API}/${id}`, { allow: [404] });
  return status === 404 ? undefined : body.config_list[0].config;
}
