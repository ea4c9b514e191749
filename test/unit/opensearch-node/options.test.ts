import { expect, test } from "@jest/globals";
import { parseCommand } from "../../../tools/opensearch-node/options.ts";

test("start without options", () => {
  expect(parseCommand(["start"])).toEqual({
    verb: "start",
    options: { name: "default", heap: "1g", keep: false, settings: {} },
  });
});

test("start with all of them", () => {
  const args = "start --name two --port 9250 --heap 512m --keep --setting a.b=1 --setting c=x=y".split(" ");
  expect(parseCommand(args)).toEqual({
    verb: "start",
    options: { name: "two", port: 9250, heap: "512m", keep: true, settings: { "a.b": "1", c: "x=y" } },
  });
});

test("stop and status take a name", () => {
  expect(parseCommand(["stop"])).toEqual({ verb: "stop", name: "default" });
  expect(parseCommand(["status", "--name", "two"])).toEqual({ verb: "status", name: "two" });
});

test.each([
  [[], "no command"],
  [["restart"], "restart is no command"],
  [["stop", "all"], "what is all?"],
  [["start", "--port", "0"], "--port 0 is not a port"],
  [["start", "--port", "65536"], "--port 65536 is not a port"],
  [["start", "--port", "92.5"], "--port 92.5 is not a port"],
  [["start", "--heap", "1"], "--heap 1 is not a size like 512m or 2g"],
  [["start", "--heap", "0g"], "--heap 0g is not a size like 512m or 2g"],
  [["start", "--name", "../etc"], "--name ../etc has other than small letters, digits and dashes"],
  [["start", "--setting", "=1"], "--setting =1 is not <key>=<value>"],
  [["start", "--loud"], "Unknown option '--loud'"],
])("%j is refused", (args, message) => {
  expect(() => parseCommand(args)).toThrow(message);
});
