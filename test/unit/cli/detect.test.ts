import { expect, test } from "@jest/globals";
import { cellsOf, Lines } from "../../../cli/detect/csv-lines.ts";
import { Table } from "../../../cli/detect/table.ts";
import { timestampOf } from "../../../cli/detect/timestamp.ts";

const HEADER = "value,expected,lower,upper,score,grade,confidence,anomaly";
const NONE = { interval: undefined, entity: undefined, counts: undefined, forest: undefined };
const DAY = 288;
const minutes = (at: number): string => new Date(Date.UTC(2026, 0, 5) + at * 300_000).toISOString().slice(0, 19);

function read(lines: readonly string[], options = {}): string[] {
  const table = new Table({ ...NONE, ...options }, "series.csv");
  return lines.flatMap((line) => table.read(line) ?? []);
}

/** A busy day again and again, and once ten times as much. */
function counts(points: number, peak = -1): string[] {
  return Array.from({ length: points }, (_, at) => {
    const usual = 20 + ((at * 7) % 11) + (at % DAY > 96 ? 15 : 0);
    return `${minutes(at)},${at === peak ? 10 * usual : usual}`;
  });
}

test("a row for each point, with its timestamp and what tells series apart as they were given", () => {
  const rows = read(["value,account,timestamp", '3,"a, b",2026-01-05 00:00:00', "", "4,c,1767571500"]);
  expect(rows).toEqual([
    `timestamp,account,${HEADER}`,
    '2026-01-05 00:00:00,"a, b",3,,,,0,0,0,false',
    "1767571500,c,4,,,,0,0,0,false",
  ]);
});

test("ten times the usual is an anomaly, said at its first point", () => {
  const peak = 14 * DAY + 100;
  const rows = read(["timestamp,value", ...counts(15 * DAY, peak)]).slice(1);
  const said = rows.flatMap((row, at) => (row.endsWith("true") ? [at] : []));
  expect(said).toEqual([peak]);
});

test("series are told apart by the columns that are named, or by all", () => {
  const lines = ["timestamp,value,host,note", ...counts(3 * DAY).map((line, at) => `${line},h${at % 2},${at}`)];
  expect(read(lines, { entity: ["host"] }).at(-1)).toMatch(/^2026-01-07T23:55:00,h1,\d+,\d/);
  expect(read(lines).at(-1)).toMatch(/,,,,0,0,0,false$/);
});

test("rows that no time or value can be read from are passed on, and change nothing", () => {
  const good = counts(200);
  const spoilt = good.flatMap((line, at) => (at === 150 ? ["soon,5", `${minutes(at)},NaN`, line] : [line]));
  const rows = read(["timestamp,value", ...spoilt]);
  expect(rows.slice(151, 153)).toEqual([
    "soon,5,,,,0,0,0,false",
    `${minutes(150)},,,,,0,0,${rows[152]?.split(",")[7]},false`,
  ]);
  expect(rows).toHaveLength(203);
});

test("columns that are missing, or named as results are, are said", () => {
  expect(() => read(["time,count"])).toThrow("needs timestamp and value");
  expect(() => read(["timestamp,value,score"])).toThrow("has a column score");
  expect(() => read(["timestamp,value"], { entity: ["host"] })).toThrow("no column host");
});

test("times are read as UTC unless they say otherwise", () => {
  const time = Date.UTC(2026, 0, 5, 6, 30);
  const written = [
    "2026-01-05 06:30:00",
    "2026-01-05T06:30Z",
    "2026-01-05T08:30:00.000+02:00",
    "2026-01-05 08:30:00 +0200",
  ];
  for (const text of [...written, String(time), String(time / 1000)]) expect(timestampOf(text)).toBe(time);
  for (const text of ["", "soon", "2026-13-05 00:00", "05.01.2026"]) expect(timestampOf(text)).toBeNaN();
});

test("lines come whole, however the text is cut", () => {
  const text = 'a,b\r\n"x\n""y""",2\nlast,3';
  const whole = ["a,b", '"x\n""y""",2', "last,3"];
  for (let cut = 0; cut <= text.length; cut++) {
    const lines = new Lines();
    expect([...lines.take(text.slice(0, cut)), ...lines.take(text.slice(cut)), lines.rest()]).toEqual(whole);
  }
  expect(cellsOf('"x\n""y""",2,')).toEqual(['x\n"y"', "2", ""]);
});
