import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A webhook on this machine. `/status/500` answers with that status, all else with 200. */
export interface Webhook {
  readonly url: string;
  /** Bodies, in the order in which they came. */
  readonly received: string[];
  close(): Promise<void>;
}

export async function openWebhook(): Promise<Webhook> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      received.push(Buffer.concat(parts).toString());
      response.writeHead(Number(/\/status\/(\d+)/.exec(request.url ?? "")?.[1] ?? 200)).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
