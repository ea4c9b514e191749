import { type Context, leftOut, type Part } from "../context.ts";
import { covers, type Json } from "../meaning.ts";
import type { RoleSpec } from "../roles.ts";
import { nothing, type Step } from "../steps.ts";

const API = "/_plugins/_security/api";

const INSTEAD = "who reaches the cluster may do everything in it; let only our own roles reach it";

/** Roles of the security plugin. */
export const roles: Part = async (context) =>
  context.engine.plugins.has("security")
    ? await Promise.all(context.desired.roles.map((role) => planRole(context, role)))
    : [leftOut("role", "all", "security", INSTEAD)];

async function planRole(context: Context, { name, body }: RoleSpec): Promise<Step> {
  const there = await read(context, "roles", name);
  if (there && covers(body, there)) return nothing("role", name);
  return {
    kind: "role",
    name,
    action: there ? "update" : "create",
    reason: there ? "has other permissions than its work needs" : "gives what its work needs, and no more",
    run: async () => {
      await context.connection.send("PUT", `${API}/roles/${name}`, { body });
      return undefined;
    },
  };
}

/** Who has the roles. Others who have them keep them: the list is read, added to and written back whole. */
export const roleMappings: Part = async (context) => {
  if (!context.engine.plugins.has("security")) return [];
  const given = context.desired.roles.filter(({ backendRoles }) => backendRoles.length > 0);
  return Promise.all(given.map((role) => planMapping(context, role)));
};

/** What the API answers and does not take. */
const OF_THE_SERVER = ["reserved", "hidden", "static"];

async function planMapping(context: Context, { name, backendRoles }: RoleSpec): Promise<Step> {
  const there = await read(context, "rolesmapping", name);
  const have: readonly string[] = there?.backend_roles ?? [];
  const added = backendRoles.filter((role) => !have.includes(role));
  if (there && added.length === 0) return nothing("role mapping", name);
  return {
    kind: "role mapping",
    name,
    action: there ? "update" : "create",
    reason: `is given to ${added.join(", ")}`,
    run: async () => {
      const kept = Object.entries(there ?? {}).filter(([member]) => !OF_THE_SERVER.includes(member));
      const body = { ...Object.fromEntries(kept), backend_roles: [...have, ...added] };
      await context.connection.send("PUT", `${API}/rolesmapping/${name}`, { body });
      return undefined;
    },
  };
}

async function read({ connection }: Context, what: "roles" | "rolesmapping", name: string): Promise<Json> {
  const { status, body } = await connection.send("GET", `${API}/${what}/${name}`, { allow: [404] });
  return status === 404 ? undefined : body[name];
}
