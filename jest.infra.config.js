import config from "./jest.config.js";

/** Templates, and bundles of functions: the CDK takes its time to be loaded, so not part of `npm test`. */
export default { ...config, testMatch: ["<rootDir>/test/infra/**/*.test.ts"], testTimeout: 120_000 };
