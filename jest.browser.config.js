import config from "./jest.config.js";

/** In Chromium, which has to be installed: not part of `npm test`. */
export default { ...config, testMatch: ["<rootDir>/test/browser/**/*.test.ts"], testTimeout: 60_000 };
