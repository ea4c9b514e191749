import { DynamoLiveIncidents } from "#adapters/dynamodb/live-incidents.ts";
import { S3BlobStore } from "#adapters/s3/blob-store.ts";
import { S3SnapshotStore } from "#adapters/s3/snapshot-store.ts";
import { ORGANIZATION } from "#core/context/held-directory.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { KeptIncident } from "#core/ports/live-incidents.ts";
import type { Emulator } from "../../aws/emulator.ts";
import type { TestNode } from "../../opensearch/support/live-node.ts";
import { type Delivery, payloadsOf } from "./deliveries.ts";
import { ACCOUNT_ID, ChainDeployment } from "./deployment.ts";
import { ATTEMPTS, type Handed, handOver } from "./event-source.ts";

export interface ChainOptions {
  readonly node: TestNode;
  readonly emulator: Emulator;
  /** Tells chains of one file apart. */
  readonly name: string;
  readonly organizationId: string;
  /** Of functions that are to give up sooner than deployed ones. */
  readonly timeoutsMs?: Readonly<Record<string, number>>;
  /** As the simulator writes it. */
  readonly organization: unknown;
}

/** What a topic's subscriber got, as far as tests look at it. */
export interface Message {
  readonly id: string;
  readonly revision: number;
  readonly occasion: "opened" | "updated" | "closed";
  readonly severity: string;
}

const BELL = {
  Records: [{ EventSource: "aws:sns", Sns: { MessageId: "bell", Message: "an alert" } }],
};
const STREAM = { Records: [{ eventSource: "aws:dynamodb", eventID: "1" }] };

/** A schedule goes on whatever becomes of its calls; what is still broken after so many is broken for good. */
const TICKS = 60;

/** A whole deployment, run step by step under a clock that the test sets. */
export class Chain {
  readonly deployment: ChainDeployment;
  readonly messages: Message[] = [];
  /** Called before each event of a function. */
  beforeHandOver: (name: string) => void = () => {};
  /** Payloads that were given up, and are kept for Redrive. */
  givenUp = 0;
  readonly #node: TestNode;
  readonly #namespace: string;
  #clock: EpochMs;

  private constructor(deployment: ChainDeployment, node: TestNode, namespace: string, clock: EpochMs) {
    this.deployment = deployment;
    this.#node = node;
    this.#namespace = namespace;
    this.#clock = clock;
    deployment.now = () => this.#clock;
  }

  /** @param clock what it shows at first */
  static async open(
    { node, emulator, name, organizationId, organization, timeoutsMs = {} }: ChainOptions,
    clock: EpochMs,
  ): Promise<Chain> {
    const namespace = `${node.namespace}${name}-`;
    const deployment = await ChainDeployment.open({
      emulator,
      searchUrl: node.url,
      namespace,
      organizationId,
      timeoutsMs,
    });
    const chain = new Chain(deployment, node, namespace, clock);
    const bucket = deployment.given["DATA_BUCKET"] ?? "";
    await new S3SnapshotStore(deployment.s3, bucket).write(ORGANIZATION, { takenAt: clock, content: organization });
    await chain.#provision(bucket);
    return chain;
  }

  get clock(): EpochMs {
    return this.#clock;
  }

  get namespace(): string {
    return this.#namespace;
  }

  /** One after the other; what all attempts failed for is kept for Redrive. */
  async deliver(payloads: readonly object[], at: EpochMs): Promise<void> {
    this.#clock = Math.max(at, this.#clock);
    for (const payload of payloads) await this.#handOver("MultiAccountLogs", payload, ATTEMPTS);
  }

  /** What schedules, the bell and the stream start. */
  async step(at: EpochMs): Promise<void> {
    this.#clock = Math.max(at, this.#clock);
    await this.#handOver("UsageRollup", {});
    await this.#handOver("CrossAccountAnomalyProcessor", BELL);
    await this.#handOver("QBusinessConnector", STREAM);
    this.messages.push(...(await this.deployment.received()));
  }

  /** Reads the organization. */
  async takeSnapshot(): Promise<void> {
    await this.#handOver("DirectorySnapshot", {});
  }

  /** Lives through the times, each with what came by then. @param shuffled a step's payloads, in another order */
  async live(
    deliveries: readonly Delivery[],
    times: readonly EpochMs[],
    shuffled: (payloads: readonly object[]) => readonly object[] = (payloads) => payloads,
  ): Promise<void> {
    let next = 0;
    for (const now of times) {
      const from = next;
      while (next < deliveries.length && (deliveries[next] as Delivery).at <= now) next++;
      await this.deliver(shuffled(payloadsOf(deliveries.slice(from, next))), now);
      await this.step(now);
    }
  }

  /** Everything that waits in the bucket of what failed; answers how many batches there were. */
  async redrive(): Promise<number> {
    for (let redriven = 0; ; ) {
      const { outcome } = await this.#handOver("Redrive", { from: "failed", by: "a test" });
      if (outcome.kind !== "answered") throw new Error(`Redrive: ${JSON.stringify(outcome)}`);
      const done = outcome.payload as { readonly redriven: number; readonly failed: number };
      redriven += done.redriven;
      if (done.failed === 0) return redriven;
    }
  }

  /** Withdrawn ones left out. */
  async incidents(): Promise<readonly KeptIncident[]> {
    const { dynamo, s3, given } = this.deployment;
    const blobs = new S3BlobStore(s3, given["DATA_BUCKET"] ?? "");
    const kept = await new DynamoLiveIncidents(dynamo, given["INCIDENTS_TABLE"] ?? "", blobs).list(0);
    return kept.filter(({ withdrawnAt }) => withdrawnAt === null);
  }

  /** Ids of the documents in the indices of this name, with their index's names cut off. */
  async documents(index: string): Promise<ReadonlySet<string>> {
    const { connection } = this.#node;
    const path = `/${this.#namespace}${index}`;
    await connection.send("POST", `${path}/_refresh`);
    const ids = new Set<string>();
    let after: unknown[] | undefined;
    for (;;) {
      const { body } = await connection.send("POST", `${path}/_search`, {
        body: {
          size: 10_000,
          _source: false,
          sort: [{ _id: "asc" }],
          ...(after ? { search_after: after } : {}),
        },
      });
      const hits: readonly { readonly _id: string; readonly sort: unknown[] }[] = body.hits.hits;
      if (hits.length === 0) return ids;
      for (const { _id } of hits) ids.add(_id);
      after = hits.at(-1)?.sort;
    }
  }

  close(): Promise<void> {
    return this.deployment.close();
  }

  async #handOver(name: string, event: unknown, attempts = TICKS): Promise<Handed> {
    this.beforeHandOver(name);
    const handed = await handOver(this.deployment, name, event, this.#clock, attempts);
    this.#clock = handed.at;
    if (handed.outcome.kind !== "answered") this.givenUp += 1;
    // As it does by itself within a second.
    await this.#node.connection.send("POST", `/${this.#namespace}*/_refresh`);
    return handed;
  }

  /** As CloudFormation does it, but for the answer, which nobody waits for. */
  async #provision(bucket: string): Promise<void> {
    const snapshots = new S3SnapshotStore(this.deployment.s3, bucket, "provisioning/");
    const content = {
      ServiceToken: "arn:aws:lambda:us-east-1:123456789012:function:OpenSearchProvisionerFunction",
      ConfigurationHash: "test",
      BellTopicArn: `arn:aws:sns:us-east-1:${ACCOUNT_ID}:bell`,
      BellRoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/bell`,
    };
    await snapshots.write("provisioning", { takenAt: this.#clock, content });
    await this.#handOver("OpenSearchProvisioner", {});
    if (this.givenUp > 0) throw new Error("the cluster could not be provisioned");
  }
}
