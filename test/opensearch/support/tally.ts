import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Who answered a test: the cluster, or the stand-in for plugins that it lacks. */
export type Place = "live" | "stand-in";

export interface Declared {
  readonly path: string;
  /** Full name, with those of the suites around it. */
  readonly test: string;
  readonly place: Place;
  /** For which plugins the stand-in stood in. */
  readonly missing: readonly string[];
}

export interface Ran {
  readonly path: string;
  readonly test: string;
}

export interface Summary {
  readonly live: number;
  readonly standIn: number;
  readonly withoutNode: number;
  readonly missing: readonly string[];
}

/** Tests run in other processes than the reporter, so that they say where they ran in a file. */
const FILE = "TRAILWATCH_TEST_TALLY";

export function openTally(environment: NodeJS.ProcessEnv): void {
  environment[FILE] = join(mkdtempSync(join(tmpdir(), "trailwatch-tally-")), "tally.ndjson");
}

export function declare(declared: Declared, environment: NodeJS.ProcessEnv = process.env): void {
  appendFileSync(fileOf(environment), `${JSON.stringify(declared)}\n`);
}

export function readTally(environment: NodeJS.ProcessEnv): Declared[] {
  const file = fileOf(environment);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Declared);
}

export const removeTally = (environment: NodeJS.ProcessEnv): void =>
  rmSync(dirname(fileOf(environment)), { recursive: true, force: true });

function fileOf(environment: NodeJS.ProcessEnv): string {
  const file = environment[FILE];
  if (!file) throw new Error("no tally was opened: is this `npm run test:opensearch`?");
  return file;
}

/** A test that used both counts for the stand-in: it did not run live as a whole. */
export function summarize(declared: readonly Declared[], ran: readonly Ran[]): Summary {
  const keyOf = ({ path, test }: Ran): string => JSON.stringify([path, test]);
  const places = new Map<string, Place>();
  for (const one of declared) {
    if (places.get(keyOf(one)) !== "stand-in") places.set(keyOf(one), one.place);
  }
  const found = ran.map((one) => places.get(keyOf(one)));
  return {
    live: found.filter((place) => place === "live").length,
    standIn: found.filter((place) => place === "stand-in").length,
    withoutNode: found.filter((place) => place === undefined).length,
    missing: [...new Set(declared.flatMap(({ missing }) => missing))].sort(),
  };
}
