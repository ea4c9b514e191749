/**
 * `npm run bench:forest [-- --rounds 3 --series seasonal,taxi,gaps,sparse --warm-up 3 --passes 3]`: points a second of
 * the random cut forest against the reference implementation in Java on the same series, in the same run, on one core;
 * both with OpenSearch's parameters (50 trees, 256 samples, shingle 8, historical), the reference with its boxes cached.
 * Every measurement is a process of its own; those that are compared take turns. Both must find the same. Rates are by the
 * clock and by the time that the thread had the core; the second, which other work disturbs less, decides, and is the
 * stricter for us: it leaves out what the reference's collector and compiler threads take.
 *
 * Needs a JDK of version 17 or later and Maven, which fetches the reference implementation from Maven Central.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import type { ForestMeasured } from "./forest-pass.ts";

const WANTED = 2;
const LEAST_JAVA = 17;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    series: { type: "string", default: "seasonal,taxi,gaps,sparse" },
    "warm-up": { type: "string", default: "3" },
    passes: { type: "string", default: "3" },
  },
});
const rounds = Number(values.rounds);
const passes = [values["warm-up"], values.passes];

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

function run(command: string, ...args: readonly string[]): string {
  const { stdout, stderr, status, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (error || status !== 0) {
    stop(`${command} ${args.join(" ")} failed: ${error?.message ?? `${stdout}\n${stderr}`.trim()}`);
  }
  return stdout;
}

function needTools(): void {
  const version = (command: string, ...args: readonly string[]): string | null => {
    const { stdout, stderr, status } = spawnSync(command, args, { encoding: "utf8" });
    return status === 0 ? `${stdout}${stderr}` : null;
  };
  const java = version("javac", "-version");
  const found = Number(/javac (\d+)/.exec(java ?? "")?.[1] ?? 0);
  if (found < LEAST_JAVA) {
    const instead = java === null ? "none was found" : `this is ${java.trim()}`;
    stop(
      `The comparison needs a JDK ${LEAST_JAVA} or later: ${instead}. Install one, with javac and java on the PATH.`,
    );
  }
  if (version("mvn", "-v") === null) {
    stop("The comparison needs Maven, to fetch the reference implementation: mvn was not found on the PATH.");
  }
}

/** Fetches and compiles the reference; answers its class path. */
function buildReference(folder: string): string {
  const libraries = join(folder, "libraries");
  const classes = join(folder, "classes");
  mkdirSync(classes);
  run(
    "mvn",
    ...["-q", "-B", "-f", here("forest/pom.xml")],
    ...["dependency:copy-dependencies", `-DoutputDirectory=${libraries}`],
  );
  const classPath = [classes, ...readdirSync(libraries).map((name) => join(libraries, name))].join(delimiter);
  run("javac", "-Xlint:none", "-nowarn", "-cp", classPath, "-d", classes, here("forest/Reference.java"));
  return classPath;
}

/** One core for both, where the system can say so: the last, as the first serves interrupts. */
const core = availableParallelism() - 1;
const PIN = "taskset";
const pinned = spawnSync(PIN, ["-c", String(core), "true"]).status === 0;

function measure(command: string, ...args: readonly string[]): ForestMeasured {
  const output = pinned ? run(PIN, "-c", String(core), command, ...args) : run(command, ...args);
  return JSON.parse(output) as ForestMeasured;
}

const rate = ({ points, milliseconds }: ForestMeasured): number => (1000 * points) / milliseconds;
const cpuRate = ({ points, cpuMilliseconds }: ForestMeasured): number => (1000 * points) / cpuMilliseconds;
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[(numbers.length - 1) >> 1] as number;
const thousands = (value: number): string => `${(value / 1000).toFixed(1)}k`;
const list = (numbers: readonly number[]): string => numbers.map((number) => number.toFixed(2)).join(", ");

const WAYS = { series: "a series at once", values: "value by value" } as const;
type Way = keyof typeof WAYS;

interface Compared {
  readonly reference: ForestMeasured[];
  readonly ours: Record<Way, ForestMeasured[]>;
}

function compare(file: string, classPath: string): Compared {
  const compared: Compared = { reference: [], ours: { series: [], values: [] } };
  for (let round = 0; round < rounds; round++) {
    compared.reference.push(measure("java", "-cp", classPath, "Reference", file, ...passes));
    for (const way of Object.keys(WAYS) as Way[]) {
      compared.ours[way].push(measure(process.execPath, here("forest-pass.ts"), way, file, ...passes));
    }
  }
  return compared;
}

/** Shows a series' figures; answers the ratios by CPU time. */
function show(name: string, { reference, ours }: Compared): Record<Way, number[]> {
  const first = reference[0] as ForestMeasured;
  print(
    `${name}: ${first.points / Number(values.passes)} points, ${first.anomalies} anomalies; reference ` +
      `${thousands(median(reference.map(rate)))} points/s (${thousands(median(reference.map(cpuRate)))} of CPU time)`,
  );
  const ratios: Record<Way, number[]> = { series: [], values: [] };
  for (const way of Object.keys(WAYS) as Way[]) {
    for (const { scores, anomalies } of ours[way]) {
      if (anomalies !== first.anomalies || Math.abs(scores - first.scores) > 1e-6) {
        stop(
          `${name}: the sum of scores is ${scores} with ${anomalies} anomalies, but the reference's ${first.scores}`,
        );
      }
    }
    const byRound = (of: typeof rate): number[] =>
      ours[way].map((measured, round) => of(measured) / of(reference[round] as ForestMeasured));
    ratios[way] = byRound(cpuRate);
    print(
      `  ${WAYS[way]}: ${thousands(median(ours[way].map(rate)))} points/s ` +
        `(${thousands(median(ours[way].map(cpuRate)))} of CPU time), ratio ${median(byRound(rate)).toFixed(2)} ` +
        `(${list(byRound(rate))}), by CPU time ${median(ratios[way]).toFixed(2)} (${list(ratios[way])})`,
    );
  }
  return ratios;
}

needTools();
const folder = mkdtempSync(join(tmpdir(), "trailwatch-forest-"));
try {
  const classPath = buildReference(folder);
  print(
    `${process.version}, ${run("javac", "-version").trim()}, ${pinned ? `core ${core} for all` : "not pinned to a core"}`,
  );
  const all: Record<Way, number[]> = { series: [], values: [] };
  let stateBytes = 0;
  for (const name of values.series.split(",")) {
    const file = join(folder, `${name}.csv`);
    writeFileSync(file, gunzipSync(readFileSync(here(`../test/fixtures/rcf-golden/${name}.input.csv.gz`))));
    const compared = compare(file, classPath);
    stateBytes = Math.max(stateBytes, compared.ours.values[0]?.stateBytes ?? 0);
    const ratios = show(name, compared);
    for (const way of Object.keys(WAYS) as Way[]) all[way].push(...ratios[way]);
  }
  for (const way of Object.keys(WAYS) as Way[]) {
    const ratio = median(all[way]);
    const verdict = ratio >= WANTED ? "met" : "NOT MET";
    const range = `${Math.min(...all[way]).toFixed(2)} to ${Math.max(...all[way]).toFixed(2)}`;
    print(`${WAYS[way]}: ${ratio.toFixed(2)} times the reference (${range}), wanted at least ${WANTED}: ${verdict}`);
  }
  print(`state of an entity: ${stateBytes} bytes`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
