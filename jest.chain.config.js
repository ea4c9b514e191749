import config from "./jest.config.js";

/** Bundles of functions against an AWS emulator and a real OpenSearch: not part of `npm test`. */
export default {
  ...config,
  testMatch: ["<rootDir>/test/chain/**/*.test.ts"],
  testTimeout: 240_000,
  globalSetup: "<rootDir>/test/chain/support/global-setup.ts",
  globalTeardown: "<rootDir>/test/chain/support/global-teardown.ts",
  reporters: ["default", "<rootDir>/test/opensearch/support/reporter.ts"],
};
