import { describe, expect, test } from "@jest/globals";
import { TrailwatchError } from "#core/domain/errors.ts";
import { answerCustomResource, type CustomResourceRequest } from "#lambdas/shared/custom-resource.ts";

const REQUEST = {
  RequestType: "Create",
  ResponseURL: "https://cloudformation-custom-resource-response.s3.amazonaws.com/answer?signature=x",
  StackId: "arn:aws:cloudformation:eu-west-1:111122223333:stack/s/1",
  RequestId: "r-1",
  LogicalResourceId: "Check",
  ResourceProperties: { Color: "blue" },
};

async function answerTo(
  work: (request: CustomResourceRequest) => Promise<{ physicalId: string }>,
  event: object = REQUEST,
) {
  const sent: { url: string; body: Record<string, unknown> }[] = [];
  const logged: string[] = [];
  await answerCustomResource(event, { getRemainingTimeInMillis: () => 5_050 }, "fallback", work, {
    send: async (url, body) => void sent.push({ url, body: JSON.parse(body) }),
    log: (message, details) => void logged.push(`${message} ${JSON.stringify(details)}`),
  });
  expect(sent).toHaveLength(1);
  expect(sent[0]?.url).toBe(REQUEST.ResponseURL);
  expect(sent[0]?.body).toMatchObject({ StackId: REQUEST.StackId, RequestId: "r-1", LogicalResourceId: "Check" });
  return { body: sent[0]?.body ?? {}, logged };
}

describe("CloudFormation is told", () => {
  test("what was made, and what the template can ask for", async () => {
    const { body } = await answerTo(async ({ ResourceProperties }) => ({
      physicalId: "made",
      data: { Seen: String(ResourceProperties["Color"]) },
    }));
    expect(body).toMatchObject({ Status: "SUCCESS", PhysicalResourceId: "made", Data: { Seen: "blue" } });
  });

  test("what went wrong and what to do, with an id that can be deleted", async () => {
    const { body } = await answerTo(async () => {
      throw new TrailwatchError("AWS_FAILED", "there is a trail", "Name it");
    });
    expect(body).toMatchObject({
      Status: "FAILED",
      Reason: "there is a trail. Name it",
      PhysicalResourceId: "fallback",
    });
  });

  test("an id that is known stays the same when a change fails", async () => {
    const event = { ...REQUEST, RequestType: "Update", PhysicalResourceId: "made" };
    const { body } = await answerTo(() => Promise.reject(new TypeError("no")), event);
    expect(body).toMatchObject({ Status: "FAILED", Reason: "TypeError: no", PhysicalResourceId: "made" });
  });

  test("that time is up, before the function is killed", async () => {
    const { body } = await answerTo(() => new Promise(() => {}));
    expect(body).toMatchObject({
      Status: "FAILED",
      Reason: expect.stringContaining("longer than the function may run"),
    });
  });

  test("no more than it takes", async () => {
    const { body } = await answerTo(() => Promise.reject(new Error("x".repeat(9_000))));
    expect(JSON.stringify(body).length).toBeLessThan(4_096);
  });

  test("and the log does not have the signed address", async () => {
    const { logged } = await answerTo(async () => ({ physicalId: "made" }));
    expect(logged.join()).not.toContain("signature");
  });
});

test("what is no request of CloudFormation's is an error", async () => {
  const answering = { send: async () => {}, log: () => {} };
  const work = async () => ({ physicalId: "x" });
  await expect(
    answerCustomResource({}, { getRemainingTimeInMillis: () => 9_000 }, "x", work, answering),
  ).rejects.toThrow(/RequestType/);
});
