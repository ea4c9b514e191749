import { simulate, type Truth } from "#simulator/index.ts";

export interface SmallWorld {
  readonly files: ReadonlyMap<string, string>;
  readonly truth: Truth;
}

/** A world in memory: paths and texts. */
export function worldOf(accounts: number, days: number, seed: number, reorganize = false): SmallWorld {
  const files = new Map<string, string>();
  const world = simulate({ accounts, days, seed, reorganize });
  for (;;) {
    const next = world.next();
    if (next.done) return { files, truth: next.value };
    files.set(next.value.path, next.value.text);
  }
}

export interface LoggedRecord {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly recipientAccountId: string;
  readonly sharedEventID?: string;
  readonly errorCode?: string;
  readonly userIdentity: {
    readonly type?: string;
    readonly invokedBy?: string;
    readonly arn?: string;
    readonly accountId?: string;
  };
  // biome-ignore lint/suspicious/noExplicitAny: a record's free part, of which tests pick what they need
  readonly [field: string]: any;
}

/** Every record of the ordinary log files, repeats included, with the path of its file. */
export function* recordsOf(world: SmallWorld): Generator<{ readonly path: string; readonly record: LoggedRecord }> {
  for (const [path, text] of world.files) {
    if (!path.includes("/CloudTrail/")) continue;
    for (const record of (JSON.parse(text) as { Records: LoggedRecord[] }).Records) yield { path, record };
  }
}
