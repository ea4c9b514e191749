import type { TrailwatchError } from "#core/domain/errors.ts";

/** A piece of what is to be given again. */
export interface Piece {
  /** What the function is called with; `null` of something that is not its business, or that cannot be given again. */
  readonly payload: unknown;
  /** Set where what is kept cannot be read: it stays where it is, for somebody to look at. */
  readonly unreadable?: TrailwatchError;
  /** For messages. */
  readonly name: string;
  /** Called once it has been worked off. */
  done(): Promise<void>;
}

export interface SourceStep {
  readonly pieces: readonly Piece[];
  /** Where the step behind it begins; `null` where there is none. */
  readonly next: string | null;
}

/** Where events are that are to be given again, step by step. */
export interface RedriveSource {
  /** @param next what the step before answered; `null` for the first */
  step(next: string | null): Promise<SourceStep>;
}

type Fields = Readonly<Record<string, unknown>>;

const ARRIVALS = new Set(["aws:sqs", "aws:kinesis"]);

/** Whether it is an event of the function that takes events in; others' failures are made up for by their schedules. */
export function isArrival(payload: unknown): boolean {
  if (typeof payload !== "object" || payload === null) return false;
  const { awslogs, replay, Records } = payload as Fields;
  if (awslogs !== undefined || replay !== undefined) return true;
  return (
    Array.isArray(Records) &&
    Records.length > 0 &&
    Records.every((record: Fields) => ARRIVALS.has(String(record["eventSource"])))
  );
}
