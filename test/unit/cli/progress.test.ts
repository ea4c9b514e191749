import { expect, test } from "@jest/globals";
import { createProgress, readingText } from "../../../cli/progress.ts";

const STATE = { files: 30, filesTotal: 120, bytes: 250, bytesTotal: 1000, records: 45_000, quarantined: 2 };

class Stream {
  readonly written: string[] = [];
  readonly isTTY: boolean;
  readonly columns = 80;
  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }
  write(text: string): boolean {
    this.written.push(text);
    return true;
  }
}
const on = (stream: Stream, quiet: boolean) => createProgress(stream as unknown as NodeJS.WriteStream, quiet);

test("says files, events, rate and the time left", () => {
  expect(readingText(STATE, 10_000, true)).toBe(
    "[#####---------------]  30 of 120 files  45,000 events  4,500/s  2 quarantined  30 seconds left",
  );
});

test("says nothing of a total that is not known yet", () => {
  expect(readingText({ ...STATE, filesTotal: null, bytesTotal: null, quarantined: 0 }, 1000, true)).toBe(
    "30 files  45,000 events  45,000/s",
  );
});

test("redraws one line on a terminal, writes plain lines elsewhere, and nothing when quiet", () => {
  const terminal = new Stream(true);
  const progress = on(terminal, false);
  progress.reading(STATE);
  progress.done();
  expect(terminal.written[0]).toMatch(/^\[#+-*\]/);
  expect(terminal.written.at(-1)).toBe("\r\u001b[2K");
  const log = new Stream(false);
  on(log, false).reading(STATE);
  expect(log.written.join("")).toMatch(/^30 of 120 files.*\n$/);
  const silent = new Stream(true);
  const quiet = on(silent, true);
  quiet.reading(STATE);
  quiet.step("counting");
  quiet.say("report: here");
  expect(silent.written).toEqual([]);
});
