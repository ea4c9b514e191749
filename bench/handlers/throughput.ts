/**
 * Works off payloads again and again, for the process that started it, which is sent what was measured. Arguments: a folder
 * of CloudTrail files, passes, and a bundle of MultiAccountLogs; without one it is what nobody who reads such payloads can do
 * without. One more pass, in which the process compiles, goes before and is not measured.
 */
import { pathToFileURL } from "node:url";
import { filesBelow } from "../measure.ts";
import { answerNetwork } from "./answered-network.ts";
import { documentsSent } from "./bulk-answers.ts";
import { floorOf, type Payload, payloadOf } from "./payloads.ts";

export interface Throughput {
  readonly records: number;
  readonly milliseconds: number;
  /** Of all threads of the process, the collector's too. */
  readonly cpuMilliseconds: number;
  /** The first payload of all, by the clock. */
  readonly firstMilliseconds: number;
}

type Handler = (event: unknown, context: object) => Promise<unknown>;
type Work = (payload: Payload) => unknown;

const [, , folder, passes, bundle] = process.argv as [string, string, string, string, string?];
const payloads = filesBelow(folder).map(payloadOf);

async function handlerOf(code: string): Promise<Work> {
  answerNetwork();
  const { handler } = (await import(pathToFileURL(code).href)) as { readonly handler: Handler };
  const context = { functionName: "Benchmark", awsRequestId: "-", getRemainingTimeInMillis: () => 300_000 };
  return async ({ data, records }) => {
    await handler({ awslogs: { data } }, context);
    const documents = documentsSent();
    if (documents !== records) throw new Error(`${documents} documents were sent of ${records} records`);
  };
}

async function passOver(work: Work): Promise<void> {
  for (const payload of payloads) await work(payload);
}

const work = bundle === undefined ? ({ data }: Payload) => floorOf(data) : await handlerOf(bundle);
const began = performance.now();
await work(payloads[0] as Payload);
const firstMilliseconds = performance.now() - began;
await passOver(work);
const cpu = process.cpuUsage();
const started = performance.now();
for (let pass = 0; pass < Number(passes); pass++) await passOver(work);
const milliseconds = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
const records = Number(passes) * payloads.reduce((sum, payload) => sum + payload.records, 0);
const measured: Throughput = { records, milliseconds, cpuMilliseconds: (user + system) / 1000, firstMilliseconds };
process.send?.(measured, () => process.exit());
