import { gzipSync } from "node:zlib";
import type { MetricName } from "#core/config/metrics.ts";
import type { Snapshot, SnapshotStore } from "#core/ports/snapshot-store.ts";
import type { Invocation } from "#lambdas/shared/invocation.ts";
import type { Observing } from "#lambdas/shared/observing.ts";

export const ORGANIZATION_ID = "o-exampleorgid";

export const invocation = (remainingMs = 300_000): Invocation => ({
  functionName: "TestFunction",
  awsRequestId: "11111111-2222-4333-8444-000000000000",
  getRemainingTimeInMillis: () => remainingMs,
});

/** What a function said of itself. */
export class Overheard implements Observing {
  readonly lines: { readonly level: string; readonly message: string; readonly details: object }[] = [];
  readonly measured: Partial<Record<MetricName, number>> = {};

  info(message: string, details: object = {}): void {
    this.lines.push({ level: "info", message, details });
  }

  warn(message: string, details: object = {}): void {
    this.lines.push({ level: "warn", message, details });
  }

  error(message: string, error: unknown, details: object = {}): void {
    this.lines.push({ level: "error", message, details: { ...details, error } });
  }

  measure(name: MetricName, value: number): void {
    this.measured[name] = (this.measured[name] ?? 0) + value;
  }
}

/** Base64 of gzip, as CloudWatch Logs sends it. */
export const packed = (payload: unknown): string => gzipSync(JSON.stringify(payload)).toString("base64");

export const TIME = Date.parse("2026-11-03T02:20:00Z");

/** Records, or texts that should be records, as a subscription delivers them. */
export const dataMessage = (records: readonly unknown[], firstId = 0): object => ({
  messageType: "DATA_MESSAGE",
  owner: "111122223333",
  logGroup: "aws-cloudtrail-logs",
  logStream: "o-exampleorgid_111122223333_CloudTrail_eu-west-1",
  subscriptionFilters: ["trailwatch"],
  logEvents: records.map((record, at) => ({
    id: String(firstId + at).padStart(56, "0"),
    timestamp: TIME,
    message: typeof record === "string" ? record : JSON.stringify(record),
  })),
});

export const subscription = (records: readonly unknown[]): object => ({
  awslogs: { data: packed(dataMessage(records)) },
});

/** The snapshot of an organization, which a test replaces. */
export class Snapshots implements SnapshotStore {
  snapshot: Snapshot | null = {
    takenAt: TIME - 5 * 60_000,
    content: {
      organizationId: ORGANIZATION_ID,
      managementAccountId: "999999999999",
      accounts: [
        {
          id: "111122223333",
          name: "payments-prod",
          email: null,
          state: "ACTIVE",
          ouPath: "/Workloads/Prod",
          tags: { owner: "ana", "cost-center": "42" },
        },
      ],
    },
  };
  reads = 0;

  async write(_name: string, snapshot: Snapshot): Promise<void> {
    this.snapshot = snapshot;
  }

  async latest(): Promise<Snapshot | null> {
    this.reads++;
    return this.snapshot;
  }
}
