import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { Answer, Json } from "./exchange.ts";

/** The real core behind the stand-in. */
export class CoreNode {
  readonly #url: URL;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /** Hands the request on and the answer back, unchanged. A core that does not answer is a connection that breaks. */
  pass(request: IncomingMessage, response: ServerResponse, body?: Buffer): void {
    const { connection: _, authorization: __, ...headers } = request.headers;
    const onward = httpRequest(
      { host: this.#url.hostname, port: this.#url.port, method: request.method, path: request.url, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.on("error", () => response.destroy());
      },
    );
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    if (body) onward.end(body);
    else request.pipe(onward);
  }

  /** Any status is an answer. An object is sent as JSON, a text as NDJSON; `spelt` has the last word on the text. */
  async ask(method: string, path: string, body?: Json, spelt = (text: string) => text): Promise<Answer> {
    const lines = typeof body === "string";
    const response = await fetch(new URL(path, this.#url), {
      method,
      ...(body === undefined ? {} : { body: spelt(lines ? body : JSON.stringify(body)) }),
      headers: { "content-type": lines ? "application/x-ndjson" : "application/json" },
    });
    const text = await response.text();
    return { status: response.status, body: jsonOr(text) };
  }

  /** As {@link ask}, for what cannot fail unless the core does. */
  async get(method: string, path: string, body?: Json, spelt?: (text: string) => string): Promise<Json> {
    const answer = await this.ask(method, path, body, spelt);
    if (answer.status >= 400 || answer.body?.errors === true) {
      throw new Error(`core answered ${method} ${path} with ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }
}

function jsonOr(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text === "" ? null : text;
  }
}

/** Bulk lines that create `documents`, with an id where one is given. */
export function bulkLines(index: string, documents: readonly { id?: string; source: Json }[]): string {
  return documents
    .map(({ id, source }) => {
      const action = id === undefined ? { create: { _index: index } } : { index: { _index: index, _id: id } };
      return `${JSON.stringify(action)}\n${JSON.stringify(source)}\n`;
    })
    .join("");
}
