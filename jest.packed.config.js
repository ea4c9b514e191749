import config from "./jest.config.js";

/** On what `npm pack` makes, installed in an empty folder: not part of `npm test`. */
export default { ...config, testMatch: ["<rootDir>/test/packed/**/*.test.ts"], testTimeout: 300_000 };
