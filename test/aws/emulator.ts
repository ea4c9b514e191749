import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** An AWS emulator on this machine (moto, from PyPI). `MOTO_SERVER` names its command. */
export interface Emulator {
  readonly endpoint: string;
  reset(): Promise<void>;
  stop(): void;
}

export async function startEmulator(): Promise<Emulator> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server = spawn(process.env["MOTO_SERVER"] ?? "moto_server", ["-H", "127.0.0.1", "-p", String(port)], {
    stdio: "ignore",
  });
  const failed = new Promise<never>((_, reject) => server.once("error", reject));
  await Promise.race([answers(endpoint, server), failed]);
  return {
    endpoint,
    reset: async () => {
      await fetch(`${endpoint}/moto-api/reset`, { method: "POST" });
    },
    stop: () => server.kill(),
  };
}

async function answers(endpoint: string, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (server.exitCode !== null) throw new Error(`the emulator ended with ${server.exitCode}`);
    const response = await fetch(`${endpoint}/moto-api/`).catch(() => null);
    if (response?.ok) return;
    await wait(100);
  }
  throw new Error("the emulator did not answer within 20 seconds");
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
