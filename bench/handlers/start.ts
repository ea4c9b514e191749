/**
 * One start of a function: argument: its bundle. Prints milliseconds from the start of the process until the handler is
 * there, and the CPU time of it, as one line of JSON.
 */
import { pathToFileURL } from "node:url";

export interface Started {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
}

const { handler } = await import(pathToFileURL(process.argv[2] as string).href);
const milliseconds = performance.now();
const { user, system } = process.cpuUsage();
if (typeof handler !== "function") throw new Error("there is no handler");
process.stdout.write(`${JSON.stringify({ milliseconds, cpuMilliseconds: (user + system) / 1000 })}\n`, () =>
  process.exit(),
);
