import config from "./jest.config.js";

/** Against an AWS emulator, which has to be installed: not part of `npm test`. */
export default { ...config, testMatch: ["<rootDir>/test/aws/**/*.test.ts"] };
