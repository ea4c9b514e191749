import type { DetectionConfig } from "../detection/config.ts";
import type { DeliveryHealth } from "../detection/delivery-health.ts";
import { type AnomalyDraft, historyOf } from "../detection/judge-entity.ts";
import { coreOf, type EntitySeries, peakOf, totalOf } from "../detection/series.ts";
import { severityOf } from "../detection/severity.ts";
import { type Severity, severityRank } from "../domain/finding.ts";
import type { Signal } from "../domain/signal.ts";
import { BUCKET, DAY, type EpochMs, type TimeWindow } from "../domain/time.ts";
import { shortHash } from "../incidents/identifier.ts";
import type { EventStore } from "../ports/event-store.ts";
import { type DistinctFinding, strongestOf } from "./distinct-findings.ts";
import { fuse } from "./fuse.ts";

/** However much was done. */
const MOST: Severity = "low";

/** Findings of one entity in windows that follow one another. */
interface Stretch {
  readonly signal: Signal;
  readonly account: string;
  readonly region: string;
  readonly window: TimeWindow;
  readonly findings: readonly DistinctFinding[];
}

interface Asked {
  readonly store: EventStore;
  readonly signals: readonly Signal[];
  readonly health: DeliveryHealth;
  readonly config: DetectionConfig;
}

/**
 * Anomalies that only the forest found: rises by more than the signal's floor, by the events as they are counted now. A
 * forest is sure of itself at counts that nobody would look at twice, so below the floor it opens nothing; nor does a
 * finding that does not say what it expected. Nine of ten are nothing, so each is at most low: it pages with others that
 * say more, never by itself.
 */
export async function anomaliesFoundAlone(
  findings: readonly DistinctFinding[],
  asked: Asked,
): Promise<readonly AnomalyDraft[]> {
  const drafts: AnomalyDraft[] = [];
  for (const stretch of stretchesOf(findings, asked.signals)) {
    const series = await countedIn(stretch, asked.store);
    const draft = draftOf(stretch, series, asked);
    if (draft) drafts.push(draft);
  }
  return drafts;
}

function stretchesOf(findings: readonly DistinctFinding[], signals: readonly Signal[]): readonly Stretch[] {
  const byId = new Map(signals.map((signal) => [signal.id, signal]));
  const open = new Map<string, Stretch>();
  const done: Stretch[] = [];
  for (const finding of findings) {
    const { entity, window } = finding;
    const signal = byId.get(finding.signal);
    if (entity.of !== "region" || !signal || !isRise(finding)) continue;
    const { account, region } = entity;
    const key = JSON.stringify([signal.id, account, region]);
    const before = open.get(key);
    if (before && before.window.end === window.start) {
      const whole = { start: before.window.start, end: window.end };
      open.set(key, { ...before, window: whole, findings: [...before.findings, finding] });
      continue;
    }
    if (before) done.push(before);
    open.set(key, { signal, account, region, window, findings: [finding] });
  }
  return [...done, ...open.values()].sort((a, b) => a.window.start - b.window.start);
}

const isRise = ({ actual, expected }: DistinctFinding): boolean =>
  expected !== null && (actual === null || actual > expected);

async function countedIn({ signal, account, region, window }: Stretch, store: EventStore): Promise<EntitySeries> {
  const entity = { account, region, principal: null, resource: null };
  const buckets: EpochMs[] = [];
  const values: number[] = [];
  for await (const row of store.rollup([signal], BUCKET, window)) {
    if (row.entity.account !== account || row.entity.region !== region) continue;
    buckets.push(row.bucket);
    values.push(row.value);
  }
  return { entity, buckets, values };
}

function draftOf(
  { signal, account, region, window, findings }: Stretch,
  series: EntitySeries,
  { health, config }: Asked,
): AnomalyDraft | null {
  const best = strongestOf(findings);
  const delivery = health.accounts.get(account);
  const actual = totalOf(series, window);
  const expected = expectedIn(window, findings);
  const peak = peakOf(series, window);
  if (!best || !delivery || !peak || actual - expected < signal.floor) return null;
  const historyDays = historyOf(delivery, window.start) / DAY;
  const { severity: deserved, reasons } = severityOf(
    signal,
    {
      window,
      direction: "rise",
      actual,
      expected,
      grade: best.grade,
      historyDays,
      peak: { value: peak.value, expected: expectedIn(peak.window, findings) },
      usualAmongPeers: false,
      expectedBy: null,
    },
    config,
  );
  const { grade, confidence } = best;
  const own = { verdict: "alone", window, grade, confidence, actual, expected } as const;
  const isHeldDown = severityRank(deserved) > severityRank(MOST);
  return {
    kind: "anomaly",
    id: `anomaly-${shortHash("forest", signal.id, account, region, String(window.start))}`,
    account,
    region,
    window,
    severity: isHeldDown ? MOST : deserved,
    severityReasons: [...reasons, `found by a random cut forest alone${isHeldDown ? `, so only ${MOST}` : ""}`],
    signal: signal.id,
    entity: series.entity,
    actual,
    expected,
    lower: null,
    upper: null,
    peak,
    core: coreOf(series, window) ?? { window, value: actual },
    usual: [],
    ...fuse(null, own),
    historyDays,
    direction: "rise",
    secondOpinion: { count: null, own, together: [] },
  };
}

/** Of the findings in the window together. */
const expectedIn = ({ start, end }: TimeWindow, findings: readonly DistinctFinding[]): number =>
  findings
    .filter(({ window }) => window.start < end && start < window.end)
    .reduce((sum, { expected }) => sum + (expected ?? 0), 0);
