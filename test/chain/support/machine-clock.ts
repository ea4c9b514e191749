import { performance } from "node:perf_hooks";

const Machine = globalThis.Date;

let set = Machine.now();
let since = performance.now();

/** Sets this process's clock, which then goes on as clocks do. Timers are not touched: they wait as long as they say. */
export function setClock(time: number): void {
  set = time;
  since = performance.now();
}

const now = (): number => Math.floor(set + performance.now() - since);

/** What the process takes for `Date` once {@link replaceClock} was called. */
class SetDate extends Machine {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(now());
    else super(...(given as [number]));
  }

  static override now(): number {
    return now();
  }
}

/** As on a machine whose clock was set: for whatever is loaded after this. */
export function replaceClock(): void {
  globalThis.Date = SetDate as DateConstructor;
}
