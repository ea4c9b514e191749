import type { Agenda } from "../agenda.ts";
import { type Answer, type Call, type Json, jsonOf, NeverRecorded, ok, onlyMembers, refused } from "../exchange.ts";
import { newId } from "../ids.ts";
import { recordedBody } from "../recordings.ts";
import { checkId, readChannel } from "./channel-form.ts";
import { type Outcome, postTo, publish } from "./delivery.ts";

const BASE = "/_plugins/_notifications";
const DEFAULT_PAGE = 1000;
const SELECTION = ["config_id_list", "config_type", "query", "sort_field", "sort_order", "from_index", "max_items"];

interface Channel {
  readonly id: string;
  readonly created: number;
  readonly updated: number;
  readonly config: Json;
}

/** What became of a message: the answer of the plugin, or its refusal as JSON in a text. */
export type Delivery = { readonly sent: Json } | { readonly status: number; readonly failure: string };

/** The notifications plugin: channels, and what is sent through them. */
export class Notifications {
  readonly #agenda: Agenda;
  readonly #channels = new Map<string, Channel>();
  #topics: Set<string> | undefined;

  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  /** From now on the node has AWS credentials, and SNS these topics. */
  addTopics(arns: readonly string[]): void {
    this.#topics = new Set([...(this.#topics ?? []), ...arns]);
  }

  async handle(call: Call): Promise<Answer | undefined> {
    if (!call.path.startsWith(`${BASE}/`)) return undefined;
    const [kind, ...rest] = call.path
      .slice(BASE.length + 1)
      .split("/")
      .map(decodeURIComponent);
    const [id] = rest;
    switch (`${call.method} ${kind}${rest.length > 0 ? "/" : ""}`) {
      case "GET features":
        return ok(recordedBody("notifications", "features"));
      case "GET channels":
        return ok(this.#channelList());
      case "POST configs":
        return this.#create(jsonOf(call));
      case "PUT configs/":
        return this.#update(id as string, jsonOf(call));
      case "GET configs":
        return ok(this.#list(call.query));
      case "GET configs/":
        return ok(page([this.#find(id as string)]));
      case "DELETE configs":
        return this.#delete(call.query.get("config_id_list")?.split(",") ?? []);
      case "DELETE configs/":
        return this.#delete([id as string]);
      case "GET feature/":
      case "POST feature/":
        return id === "test" && rest.length === 2 ? this.#test(rest[1] as string) : undefined;
      default:
        return undefined;
    }
  }

  has(id: string): boolean {
    return this.#channels.has(id);
  }

  async deliver(id: string, title: string, message: string): Promise<Delivery> {
    const channel = this.#channels.get(id);
    if (!channel) return failure(id, "none", "invalid-config", { status: 404, text: `Channel ${id} not found` });
    const { config } = channel;
    if (!config.is_enabled) throw refused(400, 'For input string: "LOCKED"');
    const outcome = await this.#outcome(config, message);
    if (outcome.status !== 200) return failure(id, config.config_type, config.name, outcome);
    return {
      sent: {
        event_source: { title, reference_id: id, severity: "info", tags: [] },
        status_list: [statusOf(id, config.config_type, config.name, outcome)],
      },
    };
  }

  async #outcome(config: Json, message: string): Promise<Outcome> {
    if (config.config_type === "webhook") return postTo(config.webhook, message);
    if (config.config_type === "sns") return publish(config.sns, this.#topics);
    throw new NeverRecorded(`a message to a channel of type ${config.config_type}`);
  }

  async #test(id: string): Promise<Answer> {
    const delivery = await this.deliver(id, `Test Message Title-${id}`, `Message content body for config id ${id}`);
    if ("failure" in delivery) throw refused(delivery.status, delivery.failure);
    return ok(delivery.sent);
  }

  #create(sent: Json): Answer {
    onlyMembers(sent, ["config_id", "config"], "channel request");
    const config = readChannel(sent.config);
    const { config_id: id = newId() } = sent;
    checkId(id);
    if (this.#channels.has(id)) {
      throw refused(409, `Document version conflict putting ${id} in index .opensearch-notifications-config`);
    }
    const now = this.#agenda.now();
    this.#channels.set(id, { id, created: now, updated: now, config });
    return ok({ config_id: id });
  }

  #update(id: string, sent: Json): Answer {
    onlyMembers(sent, ["config"], "channel update");
    const config = readChannel(sent.config);
    const { created, config: before } = this.#find(id);
    if (before.config_type !== config.config_type) throw refused(409, "Config type cannot be changed after creation");
    // The list is in order of the last update.
    this.#channels.delete(id);
    this.#channels.set(id, { id, created, updated: this.#agenda.now(), config });
    return ok({ config_id: id });
  }

  /** All of them or none. */
  #delete(ids: readonly string[]): Answer {
    const missing = ids.filter((id) => !this.#channels.has(id));
    if (ids.length === 0) throw new NeverRecorded("deletion of no channel");
    if (missing.length > 0) throw notFound(ids.length > 1 ? `[${ids.join(", ")}]` : ids[0]);
    for (const id of ids) this.#channels.delete(id);
    return ok({ delete_response_list: Object.fromEntries(ids.map((id) => [id, "OK"])) });
  }

  #list(query: URLSearchParams): Json {
    const unknown = [...query.keys()].filter((name) => !SELECTION.includes(name));
    if (unknown.length > 0) throw new NeverRecorded(`channels by ${unknown.join(", ")}`);
    const sort = query.get("sort_field");
    if (sort !== null && sort !== "name") {
      if (/^(created|last_updated)_time_ms|config_type|is_enabled$/.test(sort))
        throw new NeverRecorded(`channels by ${sort}`);
      throw refused(406, `Sort on ${sort} not acceptable`);
    }
    const ids = query.get("config_id_list")?.split(",");
    const missing = ids?.filter((id) => !this.#channels.has(id)) ?? [];
    if (missing.length > 0) throw notFound(`[${missing.join(", ")}]`);
    const type = query.get("config_type");
    const words = query.get("query");
    const found = [...this.#channels.values()]
      .filter(({ id }) => !ids || ids.includes(id))
      .filter(({ config }) => type === null || config.config_type === type)
      .filter(({ config }) => words === null || wordsOf(config).includes(words));
    if (sort) found.sort((a, b) => (a.config.name < b.config.name ? -1 : 1));
    if (query.get("sort_order") === "desc") found.reverse();
    return page(found, Number(query.get("from_index") ?? 0), Number(query.get("max_items") ?? DEFAULT_PAGE));
  }

  #channelList(): Json {
    const all = [...this.#channels.values()];
    const channel_list = all.map(({ id, config: { name, description, config_type, is_enabled } }) => ({
      config_id: id,
      ...{ name, description, config_type, is_enabled },
    }));
    return { start_index: 0, total_hits: all.length, total_hit_relation: "eq", channel_list };
  }

  #find(id: string): Channel {
    const channel = this.#channels.get(id);
    if (!channel) throw notFound(id);
    return channel;
  }
}

const notFound = (what: string | undefined) => refused(404, `NotificationConfig ${what} not found`);

const wordsOf = (config: Json): string[] => JSON.stringify(config).split(/[^A-Za-z0-9]+/);

const page = (channels: readonly Channel[], from = 0, most = DEFAULT_PAGE): Json => ({
  start_index: from,
  total_hits: channels.length,
  total_hit_relation: "eq",
  config_list: channels.slice(from, from + most).map(({ id, created, updated, config }) => ({
    config_id: id,
    last_updated_time_ms: updated,
    created_time_ms: created,
    config,
  })),
});

const statusOf = (id: string, type: string, name: string, { status, text }: Outcome): Json => ({
  config_id: id,
  config_type: type,
  config_name: name,
  email_recipient_status: [],
  delivery_status: { status_code: String(status), status_text: text },
});

const failure = (id: string, type: string, name: string, outcome: Outcome): Delivery => ({
  status: outcome.status,
  failure: `{"event_status_list": [${JSON.stringify(statusOf(id, type, name, outcome))}]}`,
});
