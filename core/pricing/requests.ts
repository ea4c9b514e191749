import type { Quantity } from "../domain/usage-event.ts";
import listPrices from "./data/list-prices.json" with { type: "json" };
import { inRegion, listed, regionalPrice } from "./regions.ts";
import { isPriced, nameInText, type Priced, plus, times } from "./unit-price.ts";

const { lambda, modelCall } = listPrices.assumed;

/** CloudTrail says neither how long a function ran nor its memory: from the request alone to an assumed typical run. */
export function invocationPrice(_quantity: Quantity, region: string): Priced {
  const request = regionalPrice("lambdaRequest", region, "a function request");
  const gbSecond = regionalPrice("lambdaGbSecond", region, "a GB-second of function time");
  if (!isPriced(request) || !isPriced(gbSecond)) return isPriced(request) ? gbSecond : request;
  const most = (lambda.seconds * lambda.memoryMib) / 1024;
  return plus(
    request,
    times(
      gbSecond,
      0,
      most,
      `duration not logged: from none to ${lambda.seconds} s at ${lambda.memoryMib} MiB assumed`,
    ),
  );
}

const models = Object.entries(listPrices.bedrockPerThousandTokens)
  .flatMap(([prefix, price]) => (Array.isArray(price) ? [{ prefix, input: price[0] ?? 0, output: price[1] ?? 0 }] : []))
  .sort((a, b) => b.prefix.length - a.prefix.length);

/** `us.anthropic.claude-...` and `arn:aws:bedrock:...:foundation-model/anthropic.claude-...` are the model after the last slash. */
const modelName = (id: string): string =>
  (id.split("/").at(-1) ?? id).replace(/^(?:us|us-gov|eu|apac|jp|au|ca|global)\./, "");

/** The item is the model's id; calls of one's own SageMaker endpoint cost nothing beyond its instances. Reads `inputTokens` and `outputTokens` where the record has them. */
export function modelCallPrice({ item, attributes }: Quantity, region: string): Priced {
  if (attributes["service"] === "sagemaker") return null;
  if (item === null) return { unpriced: "the record does not name the model" };
  const name = modelName(item);
  const model = models.find(({ prefix }) => name.startsWith(prefix));
  if (!model) return { unpriced: `no list price is known for model ${nameInText(name)}` };
  const price = (input: number, output: number) => (input * model.input + output * model.output) / 1000;
  const perThousand = `${model.input} USD a thousand input and ${model.output} a thousand output tokens of ${model.prefix} in us-east-1 (list price of ${listPrices.asOf})`;
  const { inputTokens, outputTokens } = attributes;
  if (typeof inputTokens === "number" && typeof outputTokens === "number") {
    const usd = price(inputTokens, outputTokens);
    return inRegion({ low: usd, high: usd, basis: [perThousand, "tokens as logged"] }, region);
  }
  const { low, high } = modelCall;
  const assumed = `tokens not logged: ${low.inputTokens} in and ${low.outputTokens} out to ${high.inputTokens} in and ${high.outputTokens} out a call assumed`;
  return inRegion(
    {
      low: price(low.inputTokens, low.outputTokens),
      high: price(high.inputTokens, high.outputTokens),
      basis: [perThousand, assumed],
    },
    region,
  );
}

export const objectReadPrice = (_quantity: Quantity, region: string): Priced =>
  regionalPrice("s3Read", region, "a read request to S3 Standard");

export const objectWritePrice = (_quantity: Quantity, region: string): Priced =>
  regionalPrice("s3Write", region, "a write request to S3 Standard, without the storage");

const GIGABYTE = 2 ** 30;

/** Bytes read: nothing within the region, the first tier of internet transfer at most. Bytes written cost no transfer. */
export function objectBytesPrice({ attributes }: Quantity): Priced {
  if (attributes["direction"] === "in") return null;
  const { price } = listPrices.everywhere.internetGb;
  const perByte = listed(price, "a GB transferred to the internet", listPrices.asOf);
  return times(perByte, 0, 1 / GIGABYTE, "free within the region, at most internet transfer");
}

export function secretReadPrice(): Priced {
  return listed(listPrices.everywhere.secretsManagerCall.price, "a Secrets Manager call", listPrices.asOf);
}
