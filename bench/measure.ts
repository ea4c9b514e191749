import { readdirSync } from "node:fs";
import { join } from "node:path";

export interface Measured {
  readonly events: number;
  readonly milliseconds: number;
  readonly peakRssMiB: number;
  readonly cpuSeconds: number;
  readonly storeBytes?: number;
}

export const filesBelow = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith(".json.gz"))
    .sort()
    .map((name) => join(folder, name));

/** The last thing that a measured process says. */
export function report(measured: Omit<Measured, "peakRssMiB" | "cpuSeconds">): void {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const whole: Measured = { ...measured, peakRssMiB: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
  process.stdout.write(`${JSON.stringify(whole)}\n`);
}
