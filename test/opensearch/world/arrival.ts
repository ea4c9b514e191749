import { LocalEventSource } from "#adapters/files/local-event-source.ts";
import { cloudtrailKey } from "#core/domain/cloudtrail-key.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { EventSource, SourceFile } from "#core/ports/event-source.ts";

/** Pseudo-random numbers from 0 to 1, the same for the same seed (Steele, Lea, Flood: SplitMix, in 32 bits). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items];
  for (let at = all.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [all[at], all[other]] = [all[other] as T, all[at] as T];
  }
  return all;
}

/** Part of the files that come a stage later than they should. */
const LATE = 0.05;

/**
 * The files of a folder as they arrive: what is delivered by each of the times, in no order, and some of it only by the
 * next one. The last stage has all that is left.
 */
export async function arrivingIn(
  folder: string,
  times: readonly EpochMs[],
  seed: number,
): Promise<readonly EventSource[]> {
  const random = randomOf(seed);
  const stages: SourceFile[][] = [...times, Number.POSITIVE_INFINITY].map(() => []);
  for await (const file of new LocalEventSource(folder).files({})) {
    const delivered = cloudtrailKey(file.path)?.deliveredAt ?? 0;
    const due = [...times, Number.POSITIVE_INFINITY].findIndex((time) => delivered <= time);
    const late = random() < LATE ? 1 : 0;
    stages[Math.min(due + late, times.length)]?.push(file);
  }
  return stages.map((files, stage) => sourceOf(`stage ${stage + 1}`, shuffled(files, random)));
}

const sourceOf = (name: string, files: readonly SourceFile[]): EventSource => ({
  name,
  async *files() {
    yield* files;
  },
});
