export default {
  testEnvironment: "node",
  // A guard against hanging, not a measurement: a busy machine is slow.
  testTimeout: 60_000,
  // By default one core is left idle, which on two cores is half of them.
  maxWorkers: "100%",
  testMatch: ["<rootDir>/test/{unit,property,contract,cli,handlers}/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { target: "es2022", parser: { syntax: "typescript" }, experimental: { keepImportAttributes: true } },
        module: { type: "es6" },
      },
    ],
  },
};
