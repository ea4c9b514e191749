import type { CoreNode } from "../core-node.ts";
import { type Answer, type Call, type Json, jsonOf, NeverRecorded, ok, Refusal, WholeRefusal } from "../exchange.ts";
import { recordedBody } from "../recordings.ts";
import { type Kind, notFound, patched, readEntity } from "./entities.ts";
import { allows, type Need, needOf } from "./permissions.ts";

/** Who may use the node. Everything else about users is the API's. */
export interface SecurityUser {
  readonly password: string;
  /** Has the role `all_access`. */
  readonly all?: boolean;
}

const BASE = "/_plugins/_security";
const BUILT_IN = [
  "anomaly_full_access",
  "anomaly_read_access",
  "alerting_full_access",
  "alerting_read_access",
  "notifications_full_access",
];
const ALL_ACCESS = {
  cluster_permissions: ["*"],
  index_permissions: [{ index_patterns: ["*"], allowed_actions: ["*"] }],
};
const SYSTEM_INDEX = /^\/\.(?:opendistro|opensearch|plugins)/;
const LEAST_PASSWORD = 12;

/** The security plugin: who asks, what they may, and the API for it. */
export class Security {
  readonly #core: CoreNode;
  readonly #users: Map<string, SecurityUser>;
  readonly #entities: Readonly<Record<Kind, Map<string, Json>>>;

  constructor(core: CoreNode, users: Readonly<Record<string, SecurityUser>>) {
    this.#core = core;
    this.#users = new Map(Object.entries(users));
    const all = [...this.#users].filter(([, user]) => user.all).map(([name]) => name);
    const roles = BUILT_IN.map((name) => [name, recordedBody("security", `builtin-role-${name}`)[name]] as const);
    const mapping = { ...recordedBody("security", "mapping-get-all-access").all_access, users: ["admin", ...all] };
    this.#entities = { roles: new Map(roles), rolesmapping: new Map([["all_access", mapping]]) };
  }

  /** The user of the `authorization` header; undefined where there is none, or the password is wrong. */
  userOf(header: string | undefined): string | undefined {
    const [name = "", password] = Buffer.from(/^Basic (.+)$/.exec(header ?? "")?.[1] ?? "", "base64")
      .toString()
      .split(/:(.*)/s);
    const user = this.#users.get(name);
    return user && user.password === password ? name : undefined;
  }

  /** As a detector remembers who made it. */
  rememberedUser(name: string): Json {
    return {
      name,
      backend_roles: [],
      roles: this.#rolesOf(name),
      user_requested_tenant: "null",
      user_requested_tenant_access: "WRITE",
      custom_attribute_names: [],
    };
  }

  /** What needs no rights and no other plugin. */
  async handle(call: Call, user: string): Promise<Answer | undefined> {
    if (!call.path.startsWith(`${BASE}/`)) return undefined;
    if (call.path === `${BASE}/authinfo` && call.method === "GET") return ok(this.#authInfo(user));
    const [, kind, name] = /^\/_plugins\/_security\/api\/(\w+)(?:\/([^/]+))?$/.exec(call.path) ?? [];
    if (!kind) return undefined;
    if (!this.#hasAll(user)) throw this.#noAdmin(user);
    if (kind === "internalusers" && name) return this.#userApi(call, name);
    if (kind === "roles" || kind === "rolesmapping") return this.#entityApi(call, kind, name);
    return undefined;
  }

  /** An answer in place of the request; undefined where it may go on. Throws {@link Refusal} where it may not. */
  async check(call: Call, user: string): Promise<Answer | undefined> {
    if (SYSTEM_INDEX.test(call.path)) return this.#systemIndex(call, user);
    if (this.#hasAll(user)) return undefined;
    if (call.path === "/_bulk" && call.method === "POST") return this.#bulk(call, user);
    this.#demand(needOf(call.method, call.path), user);
    if (/_anomaly_detection\/detectors(?:\/_validate.*)?$/.test(call.path) && call.method === "POST") {
      this.#demand({ action: "indices:data/read/search", indices: jsonOf(call).indices }, user);
    }
    return undefined;
  }

  #demand(need: Need, user: string): void {
    if (!allows(this.#bodiesOf(user), need)) throw forbidden([need.action], user);
  }

  /** The items that are not allowed are refused one by one; the others are written. */
  async #bulk(call: Call, user: string): Promise<Answer> {
    const lines = call.text.split("\n").filter(Boolean);
    const items: { readonly refused: Json | undefined; readonly lines: string[] }[] = [];
    for (let at = 0; at < lines.length; at += 2) {
      const action = JSON.parse(lines[at] as string);
      if (!action.create) throw new NeverRecorded(`a bulk of ${Object.keys(action)} of somebody without all rights`);
      items.push({ refused: await this.#refusedItem(action.create, user), lines: lines.slice(at, at + 2) });
    }
    const allowed = items.filter(({ refused }) => !refused).flatMap((item) => item.lines);
    const written =
      allowed.length > 0 ? (await this.#core.ask("POST", "/_bulk", `${allowed.join("\n")}\n`)).body : undefined;
    const done: Json[] = [...(written?.items ?? [])];
    const all = items.map(({ refused }) => (refused ? { create: refused } : done.shift()));
    return ok({ took: 0, errors: written?.errors || items.some(({ refused }) => refused), items: all });
  }

  async #refusedItem({ _index, _id = null }: Json, user: string): Promise<Json> {
    const exists = (await this.#core.ask("HEAD", `/${_index}`)).status === 200;
    const actions = exists ? ["indices:data/write/bulk[s]", "indices:data/write/index"] : ["indices:admin/create"];
    const roles = this.#bodiesOf(user);
    if (actions.every((action) => allows(roles, { action, indices: [_index] }))) return undefined;
    const { type, reason, status } = forbidden(actions, user);
    return { _index, _id, status, error: { type, reason } };
  }

  /** Even who has all rights sees nothing in it and may write nothing to it. */
  #systemIndex({ method, path }: Call, user: string): Answer {
    if (!this.#hasAll(user)) throw new NeverRecorded("a system index asked for by somebody without all rights");
    if (method !== "GET" && !path.endsWith("/_search")) throw forbidden([], user);
    return ok(recordedBody("security", "boss-system-index-empty"));
  }

  #userApi({ method, text }: Call, name: string): Answer {
    if (method === "PUT") {
      if (JSON.parse(text).password.length < LEAST_PASSWORD)
        throw new WholeRefusal(400, { status: "error", reason: "Weak password" });
      throw new NeverRecorded("a user that is made");
    }
    if (!this.#users.has(name)) throw new NeverRecorded(`${method} of a user that is not there`);
    if (method === "DELETE") {
      this.#users.delete(name);
      return ok({ status: "OK", message: `'${name}' deleted.` });
    }
    if (method !== "GET") throw new NeverRecorded(`${method} of a user`);
    return ok({ [name]: recordedBody("security", "user-get").limited });
  }

  #entityApi(call: Call, kind: Kind, name: string | undefined): Answer | undefined {
    const kept = this.#entities[kind];
    if (name === undefined) {
      if (call.method === "GET") return ok(Object.fromEntries(kept));
      return call.method === "PATCH" ? this.#patchAll(kind, jsonOf(call)) : undefined;
    }
    const there = kept.get(name);
    switch (call.method) {
      case "GET":
        if (!there) throw notFound(kind, name);
        return ok({ [name]: there });
      case "PUT":
        if (kind === "rolesmapping" && !this.#entities.roles.has(name)) throw notFound("roles", name);
        if (there?.reserved) throw new NeverRecorded(`a change of ${name}`);
        kept.set(name, readEntity(kind, jsonOf(call)));
        return there
          ? ok({ status: "OK", message: `'${name}' updated.` })
          : ok({ status: "CREATED", message: `'${name}' created.` }, 201);
      case "PATCH":
        return this.#patch(kind, name, jsonOf(call));
      case "DELETE":
        if (!there) throw notFound(kind, name);
        kept.delete(name);
        return ok({ status: "OK", message: `'${name}' deleted.` });
      default:
        return undefined;
    }
  }

  #patch(kind: Kind, name: string, operations: readonly Json[]): Answer {
    if (kind === "roles" && name === "all_access") {
      throw new WholeRefusal(403, { status: "FORBIDDEN", message: `Resource '${name}' is static.` });
    }
    const before = this.#entities[kind].get(name);
    if (!before) {
      if (kind === "roles") throw new NeverRecorded("a patch of a role that is not there");
      throw notFound(kind, name);
    }
    const after = patched(kind, before, operations);
    if (JSON.stringify(after) === JSON.stringify(before)) return ok({ status: "OK", message: "No updates required" });
    this.#entities[kind].set(name, after);
    return ok({ status: "OK", message: `'${name}' updated.` });
  }

  #patchAll(kind: Kind, operations: readonly Json[]): Answer {
    for (const { op, path, value } of operations) {
      if (op !== "add" || this.#entities[kind].has(path.slice(1)))
        throw new NeverRecorded(`a patch of all that is to ${op}`);
      this.#entities[kind].set(path.slice(1), readEntity(kind, value));
    }
    return ok({ status: "OK", message: "Resource updated." });
  }

  #authInfo(user: string): Json {
    const tenants = { [user]: true, ...(this.#hasAll(user) ? { global_tenant: true, admin_tenant: true } : {}) };
    return {
      ...recordedBody("security", "authinfo"),
      user: described(user),
      user_name: user,
      roles: this.#rolesOf(user),
      tenants,
    };
  }

  #noAdmin(user: string): WholeRefusal {
    const roles = this.#rolesOf(user).join(", ");
    const why = `User ${user} with Security roles [${roles}] does not have any role privileged for admin access. No client TLS certificate found in request`;
    return new WholeRefusal(403, { status: "FORBIDDEN", message: `No permission to access REST API: ${why}` });
  }

  #rolesOf(user: string): string[] {
    const mapped = [...this.#entities.rolesmapping].filter(([, { users }]) => users.includes(user));
    return [...mapped.map(([name]) => name), "own_index"];
  }

  #bodiesOf(user: string): Json[] {
    return this.#rolesOf(user).flatMap(
      (name) => this.#entities.roles.get(name) ?? (name === "all_access" ? [ALL_ACCESS] : []),
    );
  }

  #hasAll(user: string): boolean {
    return this.#rolesOf(user).includes("all_access");
  }
}

const described = (user: string): string => `User [name=${user}, backend_roles=[], requestedTenant=null]`;

const forbidden = (actions: readonly string[], user: string): Refusal =>
  new Refusal(403, "security_exception", `no permissions for [${actions.join(", ")}] and ${described(user)}`);
