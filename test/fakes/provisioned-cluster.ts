import type { Answer, Method, OpenSearchConnection, Request } from "#adapters/opensearch/connection.ts";
import { opensearchError, unreachable } from "#adapters/opensearch/errors.ts";
import type { Json } from "#adapters/opensearch/provisioning/meaning.ts";
import type { EpochMs } from "#core/domain/time.ts";

export interface FakeDetector {
  source: Json;
  job: { enabled: boolean; enabled_time: EpochMs } | null;
  realtime: { state: string; error?: string } | null;
  historical: { state: string; error?: string } | null;
  profile?: Json;
}

const DETECTORS = "/_plugins/_anomaly_detection/detectors";
const MONITORS = "/_plugins/_alerting/monitors";

/** What is found in a detector's results. */
export interface FakeResults {
  readonly newest: EpochMs | null;
  readonly entities: number;
  readonly anomalies: number;
}

/**
 * A cluster as far as provisioning asks it, held in memory, for what a real one or the stand-in cannot be brought to at
 * will: failures in the middle, refusals, proofs. What bodies look like when they come back is tested elsewhere.
 */
export class ProvisionedCluster implements OpenSearchConnection {
  readonly url = "http://cluster.test";
  version = "3.7.0";
  distribution = "opensearch";
  plugins = new Set([
    "opensearch-anomaly-detection",
    "opensearch-alerting",
    "opensearch-notifications",
    "opensearch-index-management",
    "opensearch-security",
  ]);
  /** Everything that can be put, by its path. */
  readonly kept = new Map<string, Json>();
  readonly indices = new Map<string, Json>();
  readonly detectors = new Map<string, FakeDetector>();
  readonly monitors = new Map<string, Json>();
  readonly results = new Map<string, FakeResults>();
  readonly settings: Record<string, unknown> = {};
  /** Of the roll-ups; `null` where there are none. */
  rollups: { readonly oldest: EpochMs } | null = null;
  /** Buckets with a count above zero, by entity. */
  active: Readonly<Record<string, number>> = {};
  /** By name. */
  readonly pipelines: Record<string, { readonly description: string }> = {};
  /** Indices without a policy. */
  unmanaged: readonly string[] = [];
  heapBytes = 4 * 2 ** 30;
  slots = 100;
  now: EpochMs = Date.UTC(2026, 10, 20, 12, 2, 30);
  /** Requests that change something, as `PUT /path`. */
  readonly changes: string[] = [];
  /** Of changes, after which nobody answers any more. */
  dieAfter = Number.POSITIVE_INFINITY;
  /** The answer instead of the cluster's own. */
  intercept: (method: Method, path: string) => Answer | undefined = () => undefined;
  #ids = 0;

  async send(method: Method, path: string, request: Request = {}): Promise<Answer> {
    const doing = `${method} ${path}`;
    if (this.changes.length >= this.dieAfter) throw unreachable(new Error("connect ECONNREFUSED"), this.url, doing);
    const changes = method !== "GET" && method !== "HEAD" && !/_search/.test(path);
    const answer = this.intercept(method, path) ?? this.#answer(method, path, request);
    if (answer.status >= 400 ? !request.allow?.includes(answer.status) : answer.body?.error) {
      throw opensearchError(answer, doing);
    }
    if (changes) this.changes.push(doing);
    return answer;
  }

  async close(): Promise<void> {}

  named(name: string): FakeDetector {
    const found = [...this.detectors.values()].find(({ source }) => source.name === name);
    if (!found) throw new Error(`no detector ${name}`);
    return found;
  }

  #answer(method: Method, path: string, request: Request): Answer {
    if (path === "/") return ok({ version: { number: this.version, distribution: this.distribution } });
    if (path === "/_cat/plugins") return ok([...this.plugins].map((component) => ({ name: "node", component })));
    if (path.startsWith("/_cat/indices/")) return ok(this.#listed(path.slice("/_cat/indices/".length)));
    if (path.startsWith("/_ingest/pipeline/") && method === "GET") return ok(this.pipelines);
    if (path === "/_cluster/settings") return ok({ persistent: this.settings, transient: {} });
    if (path === "/_nodes/stats/jvm") {
      return ok({ nodes: { a: { roles: ["data"], jvm: { mem: { heap_max_in_bytes: this.heapBytes } } } } });
    }
    if (path.startsWith(DETECTORS)) return this.#detection(method, path.slice(DETECTORS.length), request);
    if (path.startsWith(MONITORS)) return this.#alerting(method, path.slice(MONITORS.length), request);
    if (path.startsWith("/_plugins/_notifications/configs")) return this.#notifications(method, path, request);
    if (path.startsWith("/_plugins/_ism/explain/")) return ok(this.#explained(path.split("/").at(-1) as string));
    if (/^\/_plugins\/_ism\/(add|remove)\//.test(path)) {
      this.unmanaged = [];
      return ok({ updated_indices: 1, failures: false });
    }
    if (path.endsWith("/_mapping")) return this.#mappings(method, path, request);
    if (path.endsWith("/_search")) return this.#search(path, request.body as Json);
    return this.#store(method, path, request);
  }

  #explained(pattern: string): Json {
    const id = "index.plugins.index_state_management.policy_id";
    const bare = this.unmanaged.filter((index) => index.startsWith(pattern.slice(0, -1)));
    const others = { [`${pattern.slice(0, -1)}managed`]: { [id]: "theirs", index: "managed" } };
    return { ...Object.fromEntries(bare.map((index) => [index, { [id]: null }])), ...others, total_managed_indices: 1 };
  }

  #listed(pattern: string): Json[] {
    const fits = (name: string): boolean =>
      pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
    const row = { status: "open", health: "green", "docs.count": "10", "store.size": "1000" };
    return [...this.indices.keys()].filter(fits).map((index) => ({ index, ...row }));
  }

  #store(method: Method, path: string, { body }: Request): Answer {
    if (method === "HEAD") return { status: this.detectors.size > 0 ? 200 : 404, body: null };
    if (method === "PUT") {
      const given = path.includes("rolesmapping") ? { ...(body as Json), reserved: false, hidden: false } : body;
      this.kept.set(path, given);
      return ok({ acknowledged: true });
    }
    const kept = this.kept.get(path);
    if (method === "DELETE") {
      const isIndex = this.indices.delete(path.slice(1));
      return this.kept.delete(path) || isIndex ? ok({}) : missing(path);
    }
    if (kept === undefined) return missing(path);
    const name = path.split("/").at(-1) as string;
    if (path.startsWith("/_index_template")) return ok({ index_templates: [{ name, index_template: kept }] });
    if (path.includes("/_doc/")) return ok({ _source: kept });
    if (path.includes("_security")) return ok({ [name]: kept });
    if (path.includes("_ism")) return ok({ _id: name, _seq_no: 1, _primary_term: 1, policy: kept.policy });
    return ok(kept);
  }

  #mappings(method: Method, path: string, { body }: Request): Answer {
    if (method === "GET")
      return ok(Object.fromEntries([...this.indices].map(([name, mappings]) => [name, { mappings }])));
    const name = path.split("/")[1] as string;
    const { properties = {}, ...rest } = this.indices.get(name);
    const sent = body as Json;
    this.indices.set(name, { ...rest, ...sent, properties: { ...properties, ...sent.properties } });
    return ok({ acknowledged: true });
  }

  #search(path: string, body: Json): Answer {
    if (path.includes("opensearch-ad-plugin-result-")) {
      const id = body.query.bool.filter[0].term.detector_id;
      const { newest = null, entities = 0, anomalies = 0 } = this.results.get(id) ?? {};
      const aggregations = {
        live: { newest: { value: newest } },
        who: { entities: { value: entities } },
        anomalies: { doc_count: anomalies },
      };
      return ok({ aggregations });
    }
    if (body.aggregations?.entities) {
      return ok({ aggregations: { entities: { value: Object.keys(this.active).length } } });
    }
    if (body.aggregations?.by) {
      const { after } = body.aggregations.by.composite;
      const all = Object.entries(this.active).sort(([a], [b]) => (a < b ? -1 : 1));
      const page = all.filter(([entity]) => !after || entity > after.entity).slice(0, 2);
      const last = page.at(-1)?.[0];
      const buckets = page.map(([entity, doc_count]) => ({ key: { entity }, doc_count }));
      return ok({ aggregations: { by: { buckets, ...(last ? { after_key: { entity: last } } : {}) } } });
    }
    return ok({ hits: { hits: this.rollups ? [{ sort: [this.rollups.oldest] }] : [] } });
  }

  #detection(method: Method, path: string, { body, query }: Request): Answer {
    const [, id = "", verb] = path.split("/");
    if (id === "_search") {
      if (this.detectors.size === 0) return missing(".opendistro-anomaly-detectors");
      return ok({ hits: { hits: [...this.detectors].map(([_id, { source }]) => ({ _id, _source: source })) } });
    }
    if (id === "") return this.#createDetector(body as Json);
    const detector = this.detectors.get(id);
    if (!detector) return missing(id);
    if (verb === "_start") return this.#start(id, detector, body as Json);
    if (verb === "_profile") return ok(detector.profile ?? {});
    if (verb === "_stop") return this.#stop(id, detector, Boolean(query?.["historical"]));
    if (method === "GET") {
      const { source, job, realtime, historical } = detector;
      return ok({
        _id: id,
        anomaly_detector: source,
        anomaly_detector_job: job,
        realtime_task: realtime,
        historical_analysis_task: historical,
      });
    }
    if (detector.job?.enabled) return refused(400, `Job is running: ${id}`);
    if (method === "PUT") detector.source = this.#withDefaults(body as Json);
    else this.detectors.delete(id);
    return ok({ _id: id });
  }

  #createDetector(body: Json): Answer {
    const all = [...this.detectors.values()];
    const limit = Number(this.settings["plugins.anomaly_detection.max_multi_entity_anomaly_detectors"] ?? 10);
    if (all.some(({ source }) => source.name === body.name)) return refused(409, "name taken");
    if (all.length >= limit) return refused(400, `Can't create more than ${limit} HC anomaly detectors.`);
    const id = `detector-${++this.#ids}`;
    this.detectors.set(id, { source: this.#withDefaults(body), job: null, realtime: null, historical: null });
    return ok({ _id: id });
  }

  #withDefaults(body: Json): Json {
    const features = body.feature_attributes.map((feature: Json) => ({
      feature_id: `feature-${++this.#ids}`,
      ...feature,
    }));
    return { history: 40, recency_emphasis: 2560, schema_version: 0, ...body, feature_attributes: features };
  }

  #start(id: string, detector: FakeDetector, past: Json): Answer {
    if (past) {
      if (this.slots <= 0) return refused(400, "No available task slot");
      this.slots -= 1;
      detector.historical = { state: "FINISHED" };
      return ok({ _id: "task" });
    }
    if (detector.job?.enabled) return errorInside200("Anomaly detector job is already running.");
    detector.job = { enabled: true, enabled_time: this.now };
    detector.realtime = { state: "INIT" };
    return ok({ _id: id });
  }

  #stop(id: string, detector: FakeDetector, historical: boolean): Answer {
    if (historical) return refused(400, "No running task found");
    if (!detector.job?.enabled) return errorInside200(`job is already stopped: ${id}`);
    detector.job = { ...detector.job, enabled: false };
    detector.realtime = { state: "STOPPED" };
    return ok({ _id: id });
  }

  #alerting(method: Method, path: string, { body }: Request): Answer {
    if (path === "/_search") {
      const name = (body as Json).query.term["monitor.name.keyword"];
      const hits = [...this.monitors].filter(([, source]) => source.name === name);
      return ok({ hits: { hits: hits.map(([_id, _source]) => ({ _id, _source })) } });
    }
    const id = path.replace("/", "") || `monitor-${++this.#ids}`;
    if (method === "DELETE") return this.monitors.delete(id) ? ok({ _id: id }) : missing(id);
    this.monitors.set(
      id,
      withIds(body as Json, () => `id-${++this.#ids}`),
    );
    return ok({ _id: id });
  }

  #notifications(method: Method, path: string, { body }: Request): Answer {
    const sent = body as Json;
    if (method === "POST") {
      const at = `${path}/${sent.config_id}`;
      if (this.kept.has(at)) return refused(409, "Document version conflict");
      this.kept.set(at, sent.config);
      return ok({ config_id: sent.config_id });
    }
    const kept = this.kept.get(path);
    if (kept === undefined) return missing(path);
    if (method === "GET") return ok({ config_list: [{ config: kept }] });
    if (method === "DELETE") this.kept.delete(path);
    else this.kept.set(path, sent.config);
    return ok({});
  }
}

/** Triggers and actions get ids unless they bring theirs. */
const withIds = (monitor: Json, newId: () => string): Json => ({
  ...monitor,
  triggers: monitor.triggers.map(({ bucket_level_trigger: trigger }: Json) => ({
    bucket_level_trigger: {
      id: newId(),
      ...trigger,
      actions: trigger.actions.map((action: Json) => ({ id: newId(), ...action })),
    },
  })),
});

const ok = (body: Json): Answer => ({ status: 200, body });
const refused = (status: number, reason: string): Answer => ({
  status,
  body: { error: { type: "status_exception", reason }, status },
});
const errorInside200 = (reason: string): Answer => ({ ...refused(200, reason), status: 200 });
const missing = (what: string): Answer => refused(404, `${what} not found`);
