/**
 * Works off payloads of 1,000 records again and again, for the process that started it, which is sent what was measured.
 * Arguments: `handler` or `floor`, the bundle of MultiAccountLogs, a folder of CloudTrail files of 1,000 records, passes; one
 * more pass, in which the process compiles, goes before and is not measured. The handler runs as it would be uploaded but
 * for the network, which answers at once: requests are put together, signed, and their answers read.
 */
import { pathToFileURL } from "node:url";
import { filesBelow } from "../measure.ts";
import { answerRequests } from "./bulk-answers.ts";
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

const [, , way, bundle, folder, passes] = process.argv as [string, string, string, string, string, string];
const payloads = filesBelow(folder).map(payloadOf);

async function handlerOf(code: string): Promise<Work> {
  const sent = answerRequests(payloads[0]?.records ?? 0);
  const { handler } = (await import(pathToFileURL(code).href)) as { readonly handler: Handler };
  const context = { functionName: "Benchmark", awsRequestId: "-", getRemainingTimeInMillis: () => 300_000 };
  return async ({ data, records }) => {
    await handler({ awslogs: { data } }, context);
    const documents = sent();
    if (documents !== records) throw new Error(`${documents} documents were sent of ${records} records`);
  };
}

async function passOver(work: Work): Promise<void> {
  for (const payload of payloads) await work(payload);
}

const work = way === "handler" ? await handlerOf(bundle) : ({ data }: Payload) => floorOf(data);
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
