import * as z from "zod";
import { TrailwatchError } from "#core/domain/errors.ts";

/** What CloudFormation sends for a resource that one of our functions looks after. */
const requestSchema = z.object({
  RequestType: z.enum(["Create", "Update", "Delete"]),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
  ResourceProperties: z.record(z.string(), z.unknown()),
});

export type CustomResourceRequest = z.infer<typeof requestSchema>;

export interface CustomResourceResult {
  /** Stays the same for as long as it is the same thing: another id makes CloudFormation delete the old one. */
  readonly physicalId: string;
  /** What the template can ask for. */
  readonly data?: Readonly<Record<string, string>>;
}

/** The part of a function's context that is needed here. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

export interface Answering {
  readonly send: (url: string, body: string) => Promise<void>;
  readonly log: (message: string, details: object) => void;
}

/** CloudFormation takes 4 KB in all. */
const LONGEST_REASON = 2_000;
/** Left to say that time is up, before it is. */
const RESERVE_MS = 5_000;

/**
 * Works off a request and tells CloudFormation how it went, also when it went wrong or takes too long: a stack that gets no
 * answer waits for an hour. Rejects only where it cannot be told.
 * @param physicalId of a resource that could not even be made
 */
export async function answerCustomResource(
  event: unknown,
  context: InvocationContext,
  physicalId: string,
  work: (request: CustomResourceRequest) => Promise<CustomResourceResult>,
  { send, log }: Answering = {
    send: putAnswer,
    log: (message, details) => console.log(JSON.stringify({ message, ...details })),
  },
): Promise<void> {
  const request = requestSchema.parse(event);
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId } = request;
  const identity = { StackId, RequestId, LogicalResourceId };
  let answer: object;
  try {
    const result = await inTime(work(request), context.getRemainingTimeInMillis() - RESERVE_MS);
    answer = { ...identity, Status: "SUCCESS", PhysicalResourceId: result.physicalId, Data: result.data ?? {} };
  } catch (error) {
    const Reason = reasonOf(error).slice(0, LONGEST_REASON);
    answer = { ...identity, Status: "FAILED", Reason, PhysicalResourceId: PhysicalResourceId ?? physicalId };
  }
  log("custom resource answered", { requestType: request.RequestType, answer });
  await send(request.ResponseURL, JSON.stringify(answer));
}

async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it took longer than the function may run")), milliseconds);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof TrailwatchError) return `${error.message}. ${error.nextStep}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** The address is signed for a body without a type. */
async function putAnswer(url: string, body: string): Promise<void> {
  const response = await fetch(url, { method: "PUT", body, headers: { "content-type": "" } });
  if (!response.ok) throw new Error(`CloudFormation did not take the answer: ${response.status}`);
}
