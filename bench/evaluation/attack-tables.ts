import type { Incident } from "#core/domain/incident.ts";
import { findingWords } from "./incident-words.ts";
import { type Limit, limitsTable } from "./limits.ts";
import { percent, some, table } from "./markdown.ts";
import type { RuleTest } from "./recordings.ts";
import { RULE_KINDS, type RuleKind, ruleKind } from "./rule-kinds.ts";
import {
  type AlertRates,
  alertRates,
  alertsFrom,
  alertsOnEveryChange,
  alertsOnRiskyCall,
  informedness,
  type RuleTestScore,
  type TechniqueScore,
} from "./score-attacks.ts";

export interface AttackScores {
  readonly techniques: readonly TechniqueScore[];
  /** Incidents in five ordinary minutes. */
  readonly ordinary: readonly Incident[];
  readonly ruleTests: readonly RuleTestScore[];
}

type Alerts = (score: RuleTestScore) => boolean;

const BASELINES: readonly (readonly [string, Alerts])[] = [
  ["always alert on a risky call (medium or more in `core/risk`)", alertsOnRiskyCall],
  ["always alert on a call that changes something", alertsOnEveryChange],
  ["always", () => true],
  ["never", () => false],
];
const OURS: readonly (readonly [string, Alerts])[] = [
  ["**Trailwatch, medium or more**", alertsFrom("medium")],
  ["Trailwatch, low or more", alertsFrom("low")],
];
const SEVERITIES: readonly RuleTest["severity"][] = ["Critical", "High", "Medium", "Low", "Info"];
const FINDINGS_NAMED = 3;
const KINDS = Object.keys(RULE_KINDS) as readonly RuleKind[];

/** What must stay true of attacks, whatever else changes. */
export function attackLimits({ techniques, ordinary, ruleTests }: AttackScores): readonly Limit[] {
  const visible = techniques.filter(({ technique }) => technique.telling.length > 0);
  const named = visible.filter(({ page }) => page !== null);
  const loud = ordinary.filter(({ severity }) => severity !== "info" && severity !== "low");
  const ours = alertRates(ruleTests.filter(isComparable), alertsFrom("medium"));
  const risky = alertRates(ruleTests.filter(isComparable), alertsOnRiskyCall);
  return [
    {
      what: "recorded techniques with a page that has the telling call",
      wanted: "at least 90 %",
      measured: `${named.length} of ${visible.length}`,
      kept: named.length >= 0.9 * visible.length,
    },
    {
      what: "incidents above low in five ordinary minutes",
      wanted: "none",
      measured: String(loud.length),
      kept: loud.length === 0,
    },
    {
      what: "rule tests: share of right alerts minus share of wrong ones",
      wanted: `above ${informedness(risky).toFixed(2)}, which alerting on every risky call has`,
      measured: informedness(ours).toFixed(2),
      kept: informedness(ours) > informedness(risky),
    },
  ];
}

/** The section of docs/evaluation.md. */
export function attackSection(scores: AttackScores): string {
  const { techniques, ordinary, ruleTests } = scores;
  const comparable = ruleTests.filter(isComparable);
  return [
    limitsTable(attackLimits(scores)),
    "### Recorded techniques",
    techniqueTable(techniques),
    "### Five ordinary minutes",
    ordinaryText(ordinary),
    "### Rule tests",
    ratesTable([...OURS, ...BASELINES].map(([name, alerts]) => [name, alertRates(comparable, alerts)])),
    "By the severity of the rule (medium or more, comparable rules):",
    ratesTable(
      SEVERITIES.filter((severity) => severity !== "Info").map((severity) => [
        severity,
        alertRates(
          comparable.filter(({ test }) => test.severity === severity),
          alertsFrom("medium"),
        ),
      ]),
    ),
    "All 464 tests, by what the rule can say of one record (medium or more):",
    ratesTable([
      ...KINDS.map(
        (kind) =>
          [
            `${kind}: ${RULE_KINDS[kind]}`,
            alertRates(
              ruleTests.filter(({ test }) => ruleKind(test) === kind),
              alertsFrom("medium"),
            ),
          ] as const,
      ),
      ["all", alertRates(ruleTests, alertsFrom("medium"))],
      ["all, always alert on a risky call", alertRates(ruleTests, alertsOnRiskyCall)],
    ]),
    "Comparable tests that expect an alert and get none of medium or more:",
    testList(
      comparable.filter((score) => score.test.expectedAlert && !alertsFrom("medium")(score)),
      false,
    ),
    "Comparable tests that expect no alert and get one of medium or more:",
    testList(
      comparable.filter((score) => !score.test.expectedAlert && alertsFrom("medium")(score)),
      true,
    ),
  ].join("\n\n");
}

const brief = (incident: Incident): string => `${incident.severity}: ${some(findingWords(incident), FINDINGS_NAMED)}`;

const isComparable = ({ test }: RuleTestScore): boolean => ruleKind(test) === "comparable";

function techniqueTable(techniques: readonly TechniqueScore[]): string {
  const rows = techniques.map(({ technique, page, outcome, incidents }) => {
    const call = technique.telling.map((name) => `\`${name}\``).join(", ");
    if (technique.telling.length === 0) return [technique.name, "-", "-", `not visible: ${technique.notVisible}`, ""];
    if (page) return [technique.name, call, outcome, page.severity, some(findingWords(page), FINDINGS_NAMED)];
    const rest = incidents.map(brief);
    return [technique.name, call, outcome, "**missed**", rest.join("; ") || "no incident"];
  });
  return table(["technique", "telling call", "the call", "page", "because of"], rows);
}

function ordinaryText(incidents: readonly Incident[]): string {
  if (incidents.length === 0) return "No incident.";
  return table(
    ["severity", "because of"],
    incidents.map((incident) => [incident.severity, some(findingWords(incident), FINDINGS_NAMED)]),
  );
}

const ratesTable = (rows: readonly (readonly [string, AlertRates])[]): string =>
  table(
    ["", "alert expected", "alerts", "true alert rate", "none expected", "alerts", "false alert rate", "difference"],
    rows.map(([name, rates]) => [
      name,
      rates.expected,
      rates.right,
      percent(rates.right, rates.expected),
      rates.unexpected,
      rates.wrong,
      percent(rates.wrong, rates.unexpected),
      informedness(rates).toFixed(2),
    ]),
  );

function testList(scores: readonly RuleTestScore[], withReason: boolean): string {
  if (scores.length === 0) return "None.";
  return table(
    ["rule", "severity", "test", "call", withReason ? "findings" : "instead"],
    scores.map(({ test, incident }) => [
      test.ruleId,
      test.severity,
      test.test,
      `\`${test.event.eventName}\``,
      incident ? brief(incident) : "-",
    ]),
  );
}
