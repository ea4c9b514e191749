import { type Json, NeverRecorded, WholeRefusal } from "../exchange.ts";

export type Kind = "roles" | "rolesmapping";

const NAMES: Readonly<Record<Kind, string>> = { roles: "role", rolesmapping: "rolesmapping" };
const MEMBERS: Readonly<Record<Kind, readonly string[]>> = {
  roles: ["description", "cluster_permissions", "index_permissions", "tenant_permissions"],
  rolesmapping: ["description", "hosts", "users", "backend_roles", "and_backend_roles"],
};

export const notFound = (kind: Kind, name: string): WholeRefusal =>
  new WholeRefusal(404, { status: "NOT_FOUND", message: `${NAMES[kind]} '${name}' not found.` });

/** What was sent, with what the node adds. */
export function readEntity(kind: Kind, sent: Json): Json {
  const unknown = Object.keys(sent).filter((member) => !MEMBERS[kind].includes(member));
  if (unknown.length > 0) {
    const invalid_keys = { keys: unknown.join(",") };
    throw new WholeRefusal(400, { status: "error", reason: "Invalid configuration", invalid_keys });
  }
  if (sent.description !== undefined) throw new NeverRecorded(`a ${NAMES[kind]} with a description`);
  if (kind === "rolesmapping") {
    const { hosts = [], users = [], backend_roles = [], and_backend_roles = [] } = sent;
    return { hosts, users, reserved: false, hidden: false, backend_roles, and_backend_roles };
  }
  return {
    reserved: false,
    hidden: false,
    cluster_permissions: sent.cluster_permissions ?? [],
    index_permissions: (sent.index_permissions ?? []).map(readIndexPermission),
    tenant_permissions: sent.tenant_permissions ?? [],
    static: false,
  };
}

const readIndexPermission = ({ index_patterns, allowed_actions, ...rest }: Json): Json => {
  const odd = Object.keys(rest).filter((member) => !["fls", "masked_fields"].includes(member));
  if (odd.length > 0) throw new NeverRecorded(`an index permission with ${odd.join(", ")}`);
  return { index_patterns, fls: [], masked_fields: [], allowed_actions, ...rest };
};

/** `add` on a member that is there replaces it; `/member/-` appends. */
export function patched(kind: Kind, entity: Json, operations: readonly Json[]): Json {
  const changed = structuredClone(entity);
  for (const { op, path, value } of operations) {
    const [member = "", place, ...deeper] = path.slice(1).split("/");
    if (place !== undefined && !(member in changed)) {
      throw new WholeRefusal(400, { status: "BAD_REQUEST", message: `Missing field "${member}"` });
    }
    if (op !== "add" && op !== "replace") throw new NeverRecorded(`a patch that is to ${op}`);
    if (deeper.length > 0 || (place !== undefined && place !== "-")) throw new NeverRecorded(`a patch of ${path}`);
    if (place === "-") changed[member].push(value);
    else if (MEMBERS[kind].includes(member)) changed[member] = value;
    else throw new NeverRecorded(`a patch of ${path}`);
  }
  const { reserved: _, hidden: __, static: ___, ...sent } = changed;
  return readEntity(kind, sent);
}
