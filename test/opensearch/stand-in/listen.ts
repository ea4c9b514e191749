import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { CoreNode } from "./core-node.ts";
import type { Desk } from "./desk.ts";
import type { Answer } from "./exchange.ts";

/** Serves the desk on a free port of this machine. What the desk has no say in streams to the core and back. */
export async function listen(core: CoreNode, desk: Desk): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    serve(core, desk, request, response).catch((error: unknown) => {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      send(response, { status: 500, body: { stand_in: "broken", reason } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(core: CoreNode, desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "GET", url = "/", headers } = request;
  const { pathname: path, searchParams: query } = new URL(url, "http://stand-in");
  if (!desk.wantsToSee(method, path)) {
    await desk.letTimePass();
    return core.pass(request, response);
  }
  const body = await bodyOf(request);
  const answer = await desk.answer({ method, path, query, text: body.toString() }, headers.authorization);
  if (answer) send(response, answer);
  else core.pass(request, response, body);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const plain = typeof body === "string";
  response.writeHead(status, { "content-type": `${plain ? "text/plain" : "application/json"}; charset=UTF-8` });
  response.end(plain ? body : JSON.stringify(body));
}
