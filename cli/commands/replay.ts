import * as z from "zod";
import { invokeFunction } from "#adapters/lambda/invoke-function.ts";
import { Names, stageOfStack } from "#core/config/deployment/names.ts";
import { escapeInvisible } from "#core/messages/json-text.ts";
import { parsedAnswer } from "#core/operations/answer.ts";
import { replay, replayRequest } from "#core/operations/replay.ts";
import { timeArgument } from "../arguments.ts";
import { EXIT } from "../exit-codes.ts";
import { Clients, type DeploymentOptions } from "../operations/clients.ts";
import { callerOf } from "../operations/deployment-view.ts";
import { renderReplay, replayLine } from "../render/replay.ts";

export interface ReplayOptions extends DeploymentOptions {
  readonly stack: string;
  readonly queue?: boolean;
  readonly failed?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly format: "text" | "json";
  readonly quiet?: boolean;
}

const stepSchema = z.object({
  redriven: z.number(),
  failed: z.number(),
  passedOver: z.number(),
  records: z.number(),
  created: z.number(),
  duplicates: z.number(),
  reasons: z.array(z.string()),
  next: z.string().nullable(),
});

/** Characters that the function takes of who asked. */
const LONGEST_NAME = 256;

/** Gives events to the ingest again through RedriveFunction, which records it with who asked and when. */
export async function replayEvents(options: ReplayOptions): Promise<void> {
  const name = new Names(stageOfStack(options.stack)).of("RedriveFunction");
  const { queue = false, failed = false } = options;
  const from = timeArgument("--from", options.from);
  const to = timeArgument("--to", options.to);
  const request = replayRequest(
    { queue, failed, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
    Date.now(),
  );
  const clients = await Clients.connect(options);
  const by = (await callerOf(clients)).arn.slice(0, LONGEST_NAME);
  const lambda = clients.patientLambda;
  const outcome = await replay(
    async (next) => {
      const answer = await invokeFunction(lambda, name, { ...request, by, ...(next === null ? {} : { next }) });
      return parsedAnswer(stepSchema, answer, name);
    },
    (done) => {
      if (!options.quiet && !done.complete) process.stderr.write(`${replayLine(done)} so far\n`);
    },
  );
  if (options.format === "text") process.stdout.write(renderReplay(outcome));
  else process.stdout.write(`${escapeInvisible(JSON.stringify({ request, by, ...outcome }, null, 2))}\n`);
  process.exitCode = outcome.complete && outcome.failed === 0 ? EXIT.ok : EXIT.unhealthy;
}
