import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { optionsFrom, remember, remembered } from "../../opensearch/support/cluster.ts";

test("an address alone", () => {
  expect(optionsFrom({ OPENSEARCH_URL: "http://127.0.0.1:9200" })).toEqual({
    url: "http://127.0.0.1:9200",
    authentication: { kind: "none" },
  });
});

test("user name and password beside the address, or in it, from where they are taken out", () => {
  const authentication = { kind: "basic", username: "admin", password: "a/b@c" };
  expect(
    optionsFrom({ OPENSEARCH_URL: "https://host/base/", OPENSEARCH_USERNAME: "admin", OPENSEARCH_PASSWORD: "a/b@c" }),
  ).toEqual({ url: "https://host/base", authentication });
  expect(optionsFrom({ OPENSEARCH_URL: "https://admin:a%2Fb%40c@host:9200" })).toEqual({
    url: "https://host:9200",
    authentication,
  });
});

test("half a credential, and what is no address, are refused without the secret", () => {
  expect(() => optionsFrom({ OPENSEARCH_URL: "https://host", OPENSEARCH_USERNAME: "admin" })).toThrow(
    "OPENSEARCH_PASSWORD is missing",
  );
  expect(() => optionsFrom({ OPENSEARCH_URL: "https://host", OPENSEARCH_PASSWORD: "secret" })).toThrow(
    /^OPENSEARCH_USERNAME is missing$/,
  );
  expect(() => optionsFrom({ OPENSEARCH_URL: "localhost" })).toThrow("OPENSEARCH_URL is no address: localhost");
  expect(() => optionsFrom({})).toThrow("OPENSEARCH_URL is no address: undefined");
});

test("the certificate authority is read from its file", () => {
  const folder = mkdtempSync(join(tmpdir(), "trailwatch-ca-"));
  const file = join(folder, "ca.pem");
  writeFileSync(file, "-----BEGIN CERTIFICATE-----\n");
  expect(optionsFrom({ OPENSEARCH_URL: "https://host", OPENSEARCH_CA: file }).certificateAuthority).toContain("BEGIN");
  rmSync(folder, { recursive: true });
});

test("what was found is there for every test file, and nowhere else", () => {
  const environment: NodeJS.ProcessEnv = {};
  expect(() => remembered(environment)).toThrow("npm run test:opensearch");
  const cluster = { url: "http://h", version: "3.7.0", plugins: ["opensearch-alerting"] };
  remember(cluster, environment);
  expect(remembered(environment)).toEqual(cluster);
});
