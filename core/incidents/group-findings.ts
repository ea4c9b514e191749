import type { Finding } from "../domain/finding.ts";
import { severityRank } from "../domain/finding.ts";
import { compareText } from "../domain/ordering.ts";
import { HOUR } from "../domain/time.ts";
import { contextReason, gapBetween, type LinkContext, linkReason, longestGap } from "./links.ts";

/** Findings that belong together. */
export interface FindingGroup {
  /** By start, then id: the first one names the incident. */
  readonly findings: readonly Finding[];
  /** Why, in plain words, most frequent first; empty for a single finding. */
  readonly joinedBy: readonly string[];
}

/** Reasons shown at most. */
const REASONS = 6;

/**
 * Joins findings that share something rare. Findings that are only context (`info`) join what is there, but never tie
 * two others together; what is left of them is grouped among itself, because several small firsts can be one large one.
 * Every finding is in exactly one group. Sorted by first finding.
 */
export function groupFindings(findings: readonly Finding[], context: LinkContext): FindingGroup[] {
  const ordered = [...findings].sort(byStart);
  const [strong, weak] = [ordered.filter(isStrong), ordered.filter((finding) => !isStrong(finding))];
  const clusters = clustersOf(strong, context);
  const unattached = weak.filter((finding) => !attach(finding, clusters, context));
  const all = [...samePattern(clusters, context), ...clustersOf(unattached, context)];
  return all.map(toGroup).sort((a, b) => byStart(a.findings[0] as Finding, b.findings[0] as Finding));
}

interface Cluster {
  findings: Finding[];
  reasons: string[];
}

const isStrong = (finding: Finding): boolean => severityRank(finding.severity) > severityRank("info");

const byStart = (a: Finding, b: Finding): number => a.window.start - b.window.start || compareText(a.id, b.id);

function clustersOf(ordered: readonly Finding[], context: LinkContext): Cluster[] {
  const parents = ordered.map((_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] as number] as number;
      at = parents[at] as number;
    }
    return at;
  };
  const reasons = new Map<number, string[]>();
  const reach = longestGap(context.config);
  // Windows may be long, so the latest end so far decides whether anything earlier is still within reach.
  let firstInReach = 0;
  const latestEnd: number[] = [];
  for (const [index, finding] of ordered.entries()) {
    latestEnd.push(Math.max(latestEnd[index - 1] ?? 0, finding.window.end));
    while (firstInReach < index && (latestEnd[firstInReach] as number) + reach < finding.window.start) firstInReach++;
    for (let earlier = firstInReach; earlier < index; earlier++) {
      const [from, to] = [root(earlier), root(index)];
      if (from === to) continue;
      const reason = linkReason(ordered[earlier] as Finding, finding, context);
      if (reason === null) continue;
      parents[to] = from;
      reasons.set(from, [...(reasons.get(from) ?? []), ...(reasons.get(to) ?? []), reason]);
      reasons.delete(to);
    }
  }
  const clusters = new Map<number, Cluster>();
  for (const [index, finding] of ordered.entries()) {
    const key = root(index);
    const cluster = clusters.get(key) ?? { findings: [], reasons: reasons.get(key) ?? [] };
    cluster.findings.push(finding);
    clusters.set(key, cluster);
  }
  return [...clusters.values()];
}

/** Adds context to the cluster that it fits first; false where none does. */
function attach(finding: Finding, clusters: readonly Cluster[], context: LinkContext): boolean {
  const reach = longestGap(context.config);
  for (const cluster of clusters) {
    for (const other of cluster.findings) {
      if (!isStrong(other) || gapBetween(other.window, finding.window) > reach) continue;
      const reason = contextReason(other, finding, context);
      if (reason === null) continue;
      cluster.findings.push(finding);
      cluster.reasons.push(reason);
      return true;
    }
  }
  return false;
}

/** The same signals departing the same way within an hour in several accounts of one type: one cause outside them all. */
function samePattern(clusters: readonly Cluster[], { directory, config }: LinkContext): Cluster[] {
  const left: Cluster[] = [];
  const alike = new Map<string, Cluster[]>();
  for (const cluster of clusters) {
    const pattern = patternOf(cluster);
    const [account] = cluster.findings.map((finding) => finding.account);
    const type = directory.account(account ?? "").type;
    if (pattern === null || type === "unknown") left.push(cluster);
    else alike.set(`${type}|${pattern}`, [...(alike.get(`${type}|${pattern}`) ?? []), cluster]);
  }
  for (const [key, similar] of alike) {
    for (const run of runsWithinAnHour(similar)) {
      const accounts = new Set(run.map(({ findings }) => findings[0]?.account));
      if (accounts.size < config.patternAccounts) left.push(...run);
      else {
        const type = key.slice(0, key.indexOf("|"));
        left.push({
          findings: run.flatMap(({ findings }) => findings),
          reasons: [
            `same pattern within an hour in ${accounts.size} ${type} accounts`,
            ...run.flatMap(({ reasons }) => reasons),
          ],
        });
      }
    }
  }
  return left;
}

/** Signals and directions of a cluster in one account that consists of counts alone; `null` for any other. */
function patternOf({ findings }: Cluster): string | null {
  const strong = findings.filter(isStrong);
  if (new Set(strong.map(({ account }) => account)).size !== 1) return null;
  const parts = new Set<string>();
  for (const finding of strong) {
    if (finding.kind !== "anomaly") return null;
    parts.add(`${finding.signal.replace(/-by-(?:principal|function)$/, "")} ${finding.direction}`);
  }
  return [...parts].sort().join(",");
}

function runsWithinAnHour(clusters: readonly Cluster[]): Cluster[][] {
  const startOf = ({ findings }: Cluster): number => Math.min(...findings.map(({ window }) => window.start));
  const runs: Cluster[][] = [];
  for (const cluster of [...clusters].sort((a, b) => startOf(a) - startOf(b))) {
    const run = runs[runs.length - 1];
    if (run?.[0] && startOf(cluster) - startOf(run[0]) <= HOUR) run.push(cluster);
    else runs.push([cluster]);
  }
  return runs;
}

function toGroup({ findings, reasons }: Cluster): FindingGroup {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return {
    findings: [...findings].sort(byStart),
    joinedBy: [...counts]
      .sort(([left, a], [right, b]) => b - a || compareText(left, right))
      .slice(0, REASONS)
      .map(([reason]) => reason),
  };
}
