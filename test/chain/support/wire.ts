import { Agent, createServer, type IncomingHttpHeaders, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What becomes of a request on its way. */
export type Fate =
  | { readonly kind: "pass" }
  /** Answered here; nobody else sees it. */
  | { readonly kind: "answer"; readonly status: number; readonly body: string; readonly headers?: IncomingHttpHeaders }
  /** Answered by another service of the test. */
  | { readonly kind: "serve"; readonly answer: () => Promise<WireAnswer> }
  /** Nobody sees it, and whoever asked gets no answer. */
  | { readonly kind: "lose" }
  /** It takes effect, and whoever asked gets no answer. */
  | { readonly kind: "lose-answer" }
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** Whoever asked is ended before it takes effect, or after, without the answer. */
  | { readonly kind: "kill"; readonly when: "before" | "after" }
  /** A part of it takes effect. */
  | {
      readonly kind: "change";
      readonly asked: (body: string) => string;
      readonly answered: (body: string) => string;
    };

export const PASS: Fate = { kind: "pass" };

export interface WireOptions {
  /** `http://host:port` */
  readonly to: string;
  readonly fateOf: (exchange: Exchange) => Fate;
  /** Ends whoever asks over this wire. */
  readonly kill: () => Promise<void>;
}

/** What lies between a function and one service: every request goes over it, and some have bad luck. */
export class Wire {
  readonly url: string;
  readonly #server: Server;
  readonly #options: WireOptions;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(server: Server, options: WireOptions) {
    this.#server = server;
    this.#options = options;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(options: WireOptions): Promise<Wire> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const wire = new Wire(server, options);
    server.on("request", (asked, answer) => {
      wire.#carry(asked).then(
        (answered) => {
          if (answered === null) answer.destroy();
          else answer.writeHead(answered.status, answered.headers).end(answered.body);
        },
        () => answer.destroy(),
      );
    });
    return wire;
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** `null`: there is no answer. */
  async #carry(asked: IncomingMessage): Promise<WireAnswer | null> {
    const { method = "GET", url: path = "/", headers } = asked;
    const exchange = { method, path, headers, body: await bodyOf(asked) };
    const fate = this.#options.fateOf(exchange);
    switch (fate.kind) {
      case "pass":
        return await this.#forward(exchange);
      case "answer": {
        const body = Buffer.from(fate.body);
        return { status: fate.status, headers: { ...fate.headers, "content-length": String(body.length) }, body };
      }
      case "serve":
        return await fate.answer();
      case "lose":
        return null;
      case "lose-answer":
        await this.#forward(exchange);
        return null;
      case "delay":
        await wait(fate.milliseconds);
        return await this.#forward(exchange);
      case "kill":
        if (fate.when === "after") await this.#forward(exchange);
        await this.#options.kill();
        return null;
      case "change": {
        const answered = await this.#forward({ ...exchange, body: Buffer.from(fate.asked(exchange.body.toString())) });
        const body = Buffer.from(fate.answered(answered.body.toString()));
        return { ...answered, headers: { ...answered.headers, "content-length": String(body.length) }, body };
      }
    }
  }

  async #forward({ method, path, headers, body }: Exchange): Promise<WireAnswer> {
    const { "transfer-encoding": _, ...kept } = headers;
    return await new Promise((resolve, reject) => {
      const options = { method, agent: this.#agent, headers: { ...kept, "content-length": String(body.length) } };
      const asking = request(`${this.#options.to}${path}`, options, (answer) => {
        bodyOf(answer).then((text) => resolve({ ...answerOf(answer), body: text }), reject);
      });
      asking.on("error", reject);
      asking.end(body);
    });
  }
}

const answerOf = ({ statusCode = 502, headers }: IncomingMessage): Omit<WireAnswer, "body"> => {
  const { "transfer-encoding": _, connection: _1, ...kept } = headers;
  return { status: statusCode, headers: kept };
};

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
