import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { beforeEach, expect, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { SecretReader } from "#adapters/secrets/secret-reader.ts";
import { HOUR, MINUTE } from "#core/domain/time.ts";

const secrets = mockClient(SecretsManagerClient);
let now = 0;
let reader: SecretReader;

beforeEach(() => {
  secrets.reset();
  now = Date.UTC(2026, 10, 3);
  reader = new SecretReader(new SecretsManagerClient({}), () => now);
});

const asked = (): number => secrets.commandCalls(GetSecretValueCommand).length;
const fails = (name: string): void => {
  secrets.on(GetSecretValueCommand).rejects(Object.assign(new Error("no"), { name }));
};

test("a value is asked for once, by all who need it, until it is five minutes old", async () => {
  secrets.on(GetSecretValueCommand, { SecretId: "slack" }).resolves({ SecretString: "one" });
  expect(await Promise.all([reader.read("slack"), reader.read("slack")])).toEqual(["one", "one"]);
  now += 4 * MINUTE;
  expect(await reader.read("slack")).toBe("one");
  expect(asked()).toBe(1);
  secrets.on(GetSecretValueCommand, { SecretId: "slack" }).resolves({ SecretString: "two" });
  now += MINUTE;
  expect(await reader.read("slack")).toBe("two");
  expect(asked()).toBe(2);
});

test("who knows that it is outdated gets it anew", async () => {
  secrets.on(GetSecretValueCommand).resolvesOnce({ SecretString: "one" }).resolves({ SecretString: "two" });
  await reader.read("slack");
  expect(await reader.read("slack", true)).toBe("two");
  expect(await reader.read("slack")).toBe("two");
});

test("while nobody answers, the last value serves on for six hours; a refusal is a refusal at once", async () => {
  secrets.on(GetSecretValueCommand).resolves({ SecretString: "one" });
  await reader.read("slack");
  fails("ThrottlingException");
  now += 5 * HOUR;
  expect(await reader.read("slack")).toBe("one");
  now += HOUR;
  await expect(reader.read("slack")).rejects.toMatchObject({ code: "AWS_THROTTLED" });
  now -= 5 * HOUR;
  fails("AccessDeniedException");
  await expect(reader.read("slack")).rejects.toMatchObject({
    code: "AWS_ACCESS_DENIED",
    nextStep: expect.stringContaining("secretsmanager:GetSecretValue"),
  });
});

test("a failure is not remembered", async () => {
  fails("ResourceNotFoundException");
  await expect(reader.read("slack")).rejects.toMatchObject({ code: "AWS_NOT_FOUND" });
  secrets.on(GetSecretValueCommand).resolves({ SecretString: "one" });
  expect(await reader.read("slack")).toBe("one");
});

test("bytes are no text", async () => {
  secrets.on(GetSecretValueCommand).resolves({ SecretBinary: new Uint8Array([1]) });
  await expect(reader.read("slack")).rejects.toMatchObject({ code: "CONFIGURATION_INVALID" });
});
