import { pastToLearn, startRuns } from "../backfill.ts";
import { type Context, leftOut, type Part } from "../context.ts";
import {
  createDetector,
  type DetectorRun,
  deleteDetector,
  type FoundDetector,
  findDetectors,
  isRefusal,
  ours,
  readRun,
  stopDetector,
  updateDetector,
} from "../detector-api.ts";
import { type DetectorSpec, detectorBody } from "../detectors.ts";
import { readSetting } from "../forest-memory.ts";
import { compareDetectors } from "../forest-proof.ts";
import { covers, type Json } from "../meaning.ts";
import { nothing, type Step, type Waiting } from "../steps.ts";
import { readExcluded } from "./coverage.ts";

const KIND = "detector";
const LIMIT_SETTING = "max_multi_entity_anomaly_detectors";
const DEFAULT_LIMIT = 10;

/** Forest detectors: those nobody wants go first and make room, then the most important are made. */
export const detectors: Part = async (context) => {
  const { connection, engine, desired } = context;
  if (!engine.plugins.has("detectors")) {
    return [leftOut(KIND, "all", "detectors", "the count model carries on alone")];
  }
  const found = await findDetectors(connection);
  const wanted = new Map(desired.detectors.map((spec) => [identity(spec), spec]));
  const kept = ours(found, desired.names.namespace);
  const retired = kept.filter((one) => !wanted.has(identity(one)));
  const removals = retired.map((one) => removal(context, one, "is no longer among the detectors that are wanted"));
  const planner: Planner = {
    context,
    names: new Set(found.map(({ name }) => name)),
    room: (await readLimit(context)) - found.filter(({ isMultiEntity }) => isMultiEntity).length + retired.length,
    hasRollups: await hasRollups(context),
    isNarrowed: (await readExcluded(context)) !== null || context.isMade("coverage", "create"),
  };
  const steps: Step[] = [];
  for (const [key, spec] of wanted) {
    steps.push(
      ...(await planDetector(
        planner,
        spec,
        kept.filter((one) => identity(one) === key),
      )),
    );
  }
  return [...removals, ...steps];
};

const identity = ({ mark }: { readonly mark: { readonly signal: string; readonly by: string } }): string =>
  `${mark.signal} ${mark.by}`;

interface Planner {
  readonly context: Context;
  /** Of all detectors of the cluster: two cannot have the same. */
  readonly names: Set<string>;
  /** Places for detectors of many entities that are left. */
  room: number;
  readonly hasRollups: boolean;
  readonly isNarrowed: boolean;
}

async function readLimit(context: Context): Promise<number> {
  return Number((await readSetting(context, LIMIT_SETTING)) ?? DEFAULT_LIMIT);
}

/** A detector cannot be made on an index without documents, which is also where its fields are mapped. */
async function hasRollups({ connection, desired }: Context): Promise<boolean> {
  const { body } = await connection.send("POST", `/${desired.names.rollups}/_search`, {
    body: { size: 1, track_total_hits: false, _source: false },
  });
  return body.hits.hits.length > 0;
}

async function planDetector(planner: Planner, spec: DetectorSpec, kept: readonly FoundDetector[]): Promise<Step[]> {
  const { context } = planner;
  const [current, ...doubles] = kept.filter(({ mark }) => mark?.fingerprint === spec.mark.fingerprint);
  const former = kept.filter(({ mark }) => mark?.fingerprint !== spec.mark.fingerprint);
  if (!current) return [planCreation(planner, spec, former)];
  const steps = doubles.map((double) => removal(context, double, "is there twice"));
  steps.push(await planCurrent(planner, spec, current));
  for (const old of former) steps.push(await planSuccession(context, spec, current, old));
  return steps;
}

function planCreation(planner: Planner, spec: DetectorSpec, former: readonly FoundDetector[]): Step {
  const { context, hasRollups } = planner;
  const action = former.length > 0 ? "replace" : "create";
  if (!hasRollups) return { kind: KIND, name: spec.name, action: "wait", ...NO_ROLLUPS };
  if (planner.room <= 0) return noRoom(spec, former.length > 0);
  planner.room -= 1;
  const name = planner.names.has(spec.name) ? `${spec.name}-${spec.mark.fingerprint.slice(0, 6)}` : spec.name;
  planner.names.add(name);
  const body = { ...detectorBody(spec, context.engine.version, context.desired.names, planner.isNarrowed), name };
  return {
    kind: KIND,
    name,
    action,
    reason:
      action === "create"
        ? `${spec.title}: learns from the past that is there, then in real time`
        : `what ${former.map((one) => one.name).join(", ")} learned from has changed: this one learns beside it`,
    run: () => create(context, spec, body),
  };
}

const NO_ROLLUPS: Waiting = {
  reason: "there are no roll-ups yet, and a detector cannot be made without",
  nextStep: "Apply again when events have been stored and rolled up.",
};

/** A replacement has time: others may be in the one place that is left for it. */
const noRoom = ({ name }: DetectorSpec, isReplacement: boolean): Step => ({
  kind: KIND,
  name,
  action: isReplacement ? "wait" : "leave",
  reason: isReplacement
    ? "has to be made anew, and the cluster has no place for a detector beside it"
    : "the cluster runs as many detectors of many entities as it may",
  nextStep: isReplacement
    ? "Apply again when another one has been replaced."
    : `Remove detectors that nobody needs, shorten opensearch.forest.detectors, or raise plugins.anomaly_detection.${LIMIT_SETTING}.`,
});

async function create(context: Context, spec: DetectorSpec, body: object): Promise<Waiting | undefined> {
  try {
    const id = await createDetector(context.connection, body);
    return await startRuns(context, spec, id, { job: null, realtime: null, historical: null });
  } catch (error) {
    if (isRefusal(error, /no document is found|is not found in|find the categorical field/)) return NO_ROLLUPS;
    throw error;
  }
}

async function planCurrent(planner: Planner, spec: DetectorSpec, current: FoundDetector): Promise<Step> {
  const { context } = planner;
  const { connection, engine, desired } = context;
  const { name } = current;
  const body = { ...detectorBody(spec, engine.version, desired.names, planner.isNarrowed), name };
  const run = await readRun(connection, current.id);
  if (!isAsWanted(body, current.source)) {
    return {
      kind: KIND,
      name,
      action: "update",
      reason: "has other settings: is stopped for that moment, and learns nothing anew",
      run: async () => {
        await stopDetector(connection, current.id, run);
        await settled(context, () => updateDetector(connection, current, body));
        return startRuns(context, spec, current.id, { ...run, job: run.job && { ...run.job, enabled: false } });
      },
    };
  }
  const past = await pastToLearn(context, spec, run);
  if (run.job?.enabled && past === null) return nothing(KIND, name);
  return {
    kind: KIND,
    name,
    action: "start",
    reason: whyStart(run),
    run: () => startRuns(context, spec, current.id, run),
  };
}

function whyStart({ job, historical }: DetectorRun): string {
  if (!job?.enabled) return "does not run";
  return historical ? `its run over the past failed: ${historical.error}` : "was never run over the past";
}

/** What an update would clear when it is left out: it must not be there. */
const NEVER = ["imputation_option", "frequency"];

const isAsWanted = (body: Json, source: Json): boolean =>
  covers(body, source) && NEVER.every((member) => source[member] === undefined || source[member] === null);

async function planSuccession(
  context: Context,
  spec: DetectorSpec,
  current: FoundDetector,
  old: FoundDetector,
): Promise<Step> {
  const run = await readRun(context.connection, current.id);
  const { isReady, words } = await compareDetectors(context, spec, { id: current.id, run }, old.id);
  if (isReady) return removal(context, old, `${current.name} has taken its place: ${words}`);
  return {
    kind: KIND,
    name: old.name,
    action: "wait",
    reason: `stays until ${current.name} has proved itself: ${words}`,
    nextStep: `Apply again in ${spec.windowDelayMinutes + 15} minutes; \`trailwatch opensearch status\` shows how far it is.`,
  };
}

const removal = (context: Context, { id, name }: FoundDetector, reason: string): Step => ({
  kind: KIND,
  name,
  action: "remove",
  reason,
  run: async () => {
    await removeDetector(context, id);
    return undefined;
  },
});

/** Its results stay. */
export async function removeDetector(context: Pick<Context, "connection" | "pause">, id: string): Promise<void> {
  const { connection } = context;
  await stopDetector(connection, id, await readRun(connection, id));
  await settled(context, () => deleteDetector(connection, id));
}

const SETTLING_TRIES = 10;
const SETTLING_PAUSE = 1_000;

/** A run that is stopped goes on for a moment, in which the node refuses to change its detector. */
async function settled(context: Pick<Context, "pause">, send: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (attempt === SETTLING_TRIES || !isRefusal(error, /(Job|Historical) is running/)) throw error;
      await context.pause(SETTLING_PAUSE);
    }
  }
}
