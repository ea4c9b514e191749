import { EventEmitter } from "node:events";
import http from "node:http";
import { Readable } from "node:stream";

const NEWLINE = 0x0a;

/** What a node answers to a bulk request of which it took everything. */
const bulkAnswer = (documents: number): string =>
  `{"errors":false,"items":[${new Array(documents).fill('{"create":{"result":"created","status":201}}').join(",")}]}`;

/** A document has two lines. */
function documentsIn(lines: Buffer): number {
  let newlines = 0;
  for (let at = lines.indexOf(NEWLINE); at >= 0; at = lines.indexOf(NEWLINE, at + 1)) newlines++;
  return newlines / 2;
}

/**
 * Puts an answer in the place of the network: whatever this process asks for over HTTP from now on is answered at once as
 * a bulk request of so many documents, all of them taken. Returns how many were sent since it was asked the last time.
 */
export function answerRequests(documents: number): () => number {
  const answer = bulkAnswer(documents);
  let sent = 0;
  class AnsweredRequest extends EventEmitter {
    setNoDelay(): void {}

    end(body: string | Buffer): void {
      sent += documentsIn(Buffer.from(body));
      const response = Object.assign(Readable.from([answer], { objectMode: false }), {
        statusCode: 200,
        headers: { "content-type": "application/json" },
      });
      setImmediate(() => this.emit("response", response));
    }
  }
  http.request = (() => new AnsweredRequest()) as unknown as typeof http.request;
  return () => {
    const since = sent;
    sent = 0;
    return since;
  };
}
