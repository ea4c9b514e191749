import config from "./jest.config.js";

/** Against a real OpenSearch, which is got and started where `OPENSEARCH_URL` names none: not part of `npm test`. */
export default {
  ...config,
  testMatch: ["<rootDir>/test/opensearch/**/*.test.ts"],
  testTimeout: 120_000,
  globalSetup: "<rootDir>/test/opensearch/support/global-setup.ts",
  globalTeardown: "<rootDir>/test/opensearch/support/global-teardown.ts",
  reporters: ["default", "<rootDir>/test/opensearch/support/reporter.ts"],
};
