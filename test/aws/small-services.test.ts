import { CostExplorerClient } from "@aws-sdk/client-cost-explorer";
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { readBill } from "#adapters/cost-explorer/bill.ts";
import { SecretReader } from "#adapters/secrets/secret-reader.ts";
import { emulated } from "./clients.ts";
import { type Emulator, startEmulator } from "./emulator.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
}, 30_000);
afterAll(() => emulator?.stop());

test("a secret is read, by its name or ARN, and read anew when asked to", async () => {
  const client = new SecretsManagerClient(emulated(emulator.endpoint));
  const { ARN = "" } = await client.send(new CreateSecretCommand({ Name: "slack", SecretString: "https://one" }));
  const reader = new SecretReader(client);
  expect([await reader.read("slack"), await reader.read(ARN)]).toEqual(["https://one", "https://one"]);
  await client.send(new PutSecretValueCommand({ SecretId: "slack", SecretString: "https://two" }));
  expect(await reader.read("slack")).toBe("https://one");
  expect(await reader.read("slack", true)).toBe("https://two");
  await expect(reader.read("none")).rejects.toMatchObject({ code: "AWS_NOT_FOUND" });
});

// The emulator has no bill of its own: it answers with what it was given, whatever is asked.
test("a bill is read", async () => {
  const page = {
    ResultsByTime: [
      {
        TimePeriod: { Start: "2026-11-01", End: "2026-11-02" },
        Estimated: true,
        Groups: [{ Keys: ["AWS Lambda"], Metrics: { UnblendedCost: { Amount: "0.0123456789", Unit: "USD" } } }],
      },
    ],
  };
  await fetch(`${emulator.endpoint}/moto-api/static/ce/cost-and-usage-results`, {
    method: "POST",
    body: JSON.stringify({ results: [page] }),
  });
  let pages = 0;
  const allow = async () => {
    pages++;
  };
  const client = new CostExplorerClient(emulated(emulator.endpoint));
  expect(await readBill(client, "111111111111", "2026-11-01", "2026-11-02", allow)).toEqual([
    { day: "2026-11-01", service: "AWS Lambda", usd: "0.012345679", estimated: true },
  ]);
  expect(pages).toBe(1);
});
