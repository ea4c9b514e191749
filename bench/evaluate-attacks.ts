/**
 * Analyses recorded attacks, five ordinary minutes and the tests of another product's rules, each alone, as
 * `trailwatch analyze` does:
 *
 *   node bench/evaluate-attacks.ts [--write | --check]
 *
 * Prints what was missed, then the limits; exit code 1 when one is broken. `--write` puts the tables into
 * docs/evaluation.md, `--check` fails when other tables stand there. About two minutes.
 */
import { parseArgs } from "node:util";
import { analyseRecords } from "./evaluation/analyse-records.ts";
import { attackLimits, attackSection } from "./evaluation/attack-tables.ts";
import { writeSection, writtenSection } from "./evaluation/document.ts";
import { inParallel } from "./evaluation/in-parallel.ts";
import { incidentLines } from "./evaluation/incident-words.ts";
import { holdTo } from "./evaluation/limits.ts";
import {
  type LoggedRecord,
  ordinaryRecords,
  ruleTests as readRuleTests,
  techniqueRecordings,
  techniqueRecords,
} from "./evaluation/recordings.ts";
import { scoreRuleTest, scoreTechnique, type TechniqueScore } from "./evaluation/score-attacks.ts";
import { TECHNIQUES } from "./evaluation/techniques.ts";

const { values } = parseArgs({
  options: { write: { type: "boolean", default: false }, check: { type: "boolean", default: false } },
});

/** For the few tests whose record has no time: it is required in CloudTrail, and nothing here depends on it. */
const SOME_TIME = "2026-01-01T00:00:00Z";

const unlisted = techniqueRecordings().filter((name) => !TECHNIQUES.some((technique) => technique.name === name));
if (unlisted.length > 0) throw new RangeError(`bench/evaluation/techniques.ts does not have ${unlisted.join(", ")}`);

const incidentsIn = async (records: readonly LoggedRecord[]) => (await analyseRecords(records)).incidents;

const techniques: TechniqueScore[] = [];
for (const technique of TECHNIQUES) {
  const records = techniqueRecords(technique.name);
  const score = scoreTechnique(technique, records, await incidentsIn(records));
  techniques.push(score);
  if (score.page || technique.telling.length === 0) continue;
  console.log(`missed ${technique.name} (${technique.telling.join(", ")})`);
  for (const incident of score.incidents) console.log(incidentLines(incident));
}

const ordinary = await incidentsIn(ordinaryRecords());
for (const incident of ordinary) console.log(`ordinary minutes: ${incidentLines(incident)}`);

const ruleTests = await inParallel(readRuleTests(), 2, async (test) =>
  scoreRuleTest(test, await incidentsIn([{ eventTime: SOME_TIME, ...test.event }])),
);

const scores = { techniques, ordinary, ruleTests };
holdTo(attackLimits(scores));
const section = attackSection(scores);
if (values.write) writeSection("attacks", section);
if (values.check && writtenSection("attacks") !== section.trim()) {
  console.log("BROKEN  docs/evaluation.md says something else: run `npm run eval`");
  process.exitCode = 1;
}
