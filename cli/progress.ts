import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import { amount, duration, utc } from "#core/messages/format.ts";
import type { AnalysisStep } from "#core/use-cases/analyze.ts";

/** How far reading is. */
export interface ReadingProgress {
  readonly files: number;
  /** `null` until everything is listed. */
  readonly filesTotal: number | null;
  readonly bytes: number;
  readonly bytesTotal: number | null;
  readonly records: number;
  readonly quarantined: number;
}

export interface Progress {
  reading(state: ReadingProgress): void;
  step(step: AnalysisStep | "drawing"): void;
  /** How far a replay is in its time. */
  replaying(now: EpochMs, span: TimeWindow): void;
  /** How many of a prediction's models are done. */
  learning(done: number, all: number): void;
  say(line: string): void;
  /** Clears what a terminal still shows; may be called twice. */
  done(): void;
}

const STEPS: Readonly<Record<AnalysisStep | "drawing", string>> = {
  counting: "counting and comparing with the past",
  grouping: "grouping into incidents",
  explaining: "explaining",
  drawing: "drawing the report",
};

const SILENT: Progress = {
  reading: () => {},
  step: () => {},
  replaying: () => {},
  learning: () => {},
  say: () => {},
  done: () => {},
};

/** Milliseconds between two looks of a person at a terminal, and between two lines in a log. */
const REDRAW = 100;
const LINE_EVERY = 10_000;

/** A line that redraws itself on a terminal, a plain line now and then elsewhere, nothing when quiet. */
export function createProgress(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  if (quiet) return SILENT;
  const started = Date.now();
  const terminal = stream.isTTY === true;
  let last = 0;
  let drawn = false;
  const clear = (): void => {
    if (drawn) stream.write("\r\x1b[2K");
    drawn = false;
  };
  const draw = (text: string): void => {
    clear();
    stream.write(text.slice(0, (stream.columns ?? 80) - 1));
    drawn = true;
  };
  const nowAndThen = (text: (now: number) => string): void => {
    const now = Date.now();
    if (now - last < (terminal ? REDRAW : LINE_EVERY)) return;
    last = now;
    if (terminal) draw(text(now));
    else stream.write(`${text(now)}\n`);
  };
  return {
    reading: (state) => nowAndThen((now) => readingText(state, now - started, terminal)),
    replaying: (time, { start, end }) =>
      nowAndThen(() => {
        const share = Math.min(100, Math.floor((100 * (time - start)) / (end - start)));
        return `replaying what was delivered by ${utc(time)} (${share} %) ...`;
      }),
    learning: (done, all) => nowAndThen(() => `${amount(done)} of ${amount(all)} models ...`),
    step(step) {
      if (terminal) draw(`${STEPS[step]} ...`);
      else stream.write(`${STEPS[step]}\n`);
    },
    say(line) {
      clear();
      stream.write(`${line}\n`);
    },
    done: clear,
  };
}

const BAR = 20;

export function readingText(
  { files, filesTotal, bytes, bytesTotal, records, quarantined }: ReadingProgress,
  elapsed: number,
  bar: boolean,
): string {
  const share = bytesTotal ? Math.min(1, bytes / bytesTotal) : null;
  const filled = Math.round((share ?? 0) * BAR);
  const rate = elapsed > 0 ? (records / elapsed) * 1000 : 0;
  return [
    ...(bar && share !== null ? [`[${"#".repeat(filled)}${"-".repeat(BAR - filled)}]`] : []),
    `${amount(files)}${filesTotal === null ? "" : ` of ${amount(filesTotal)}`} files`,
    `${amount(records)} events`,
    `${amount(Math.round(rate))}/s`,
    ...(quarantined > 0 ? [`${amount(quarantined)} quarantined`] : []),
    ...(share !== null && share > 0.02 && share < 1 ? [`${duration((elapsed / share) * (1 - share))} left`] : []),
  ].join("  ");
}
