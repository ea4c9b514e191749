/** Who may import whom. Each rule says why; there is no list of known violations. */
export default {
  forbidden: [
    {
      name: "core-is-pure",
      comment:
        "The core runs the same in a Lambda, in the command line and in a test: it knows no AWS, no file system, no clock. Only zod comes from outside, to describe configuration.",
      severity: "error",
      from: { path: "^core/" },
      to: { pathNot: ["^core/", "^node_modules/zod/"] },
    },
    {
      name: "engine-is-mathematics",
      comment: "The detector's mathematics must be usable, tested and benchmarked without anything around it.",
      severity: "error",
      from: { path: "^engine/" },
      to: { pathNot: ["^engine/", "^core/domain/", "^core/ports/detector-engine[.]ts$"] },
    },
    {
      name: "adapters-know-only-core",
      comment: "An adapter translates between the core and one system; what runs it is not its business.",
      severity: "error",
      from: { path: "^adapters/" },
      to: { path: "^(engine|cli|simulator|bench|lambdas|lib|bin)/" },
    },
    {
      name: "no-adapter-imports-another",
      comment:
        "Adapters are exchangeable one by one only while none leans on another; what several SDKs have in common is in adapters/shared.",
      severity: "error",
      from: { path: "^adapters/([^/]+)/" },
      to: { path: "^adapters/", pathNot: ["^adapters/$1/", "^adapters/shared/"] },
    },
    {
      name: "charts-are-data",
      comment: "One chart specification feeds the HTML report and OpenSearch Dashboards, so it may know neither.",
      severity: "error",
      from: { path: "^dashboards/" },
      to: { pathNot: ["^dashboards/", "^core/"] },
    },
    {
      name: "simulator-cannot-mirror-the-detector",
      comment: "A simulator that shared code with the core or the engine would plant what the detector expects.",
      severity: "error",
      from: { path: "^simulator/" },
      to: { path: "^(core|engine|adapters|cli|dashboards)/" },
    },
    {
      name: "a-function-stands-alone",
      comment:
        "What a function uploads is found by following its imports: another function's code would come with its environment and its rights.",
      severity: "error",
      from: { path: "^lambdas/([^/]+)/" },
      to: { path: "^lambdas/", pathNot: ["^lambdas/$1/", "^lambdas/shared/"] },
    },
    {
      name: "functions-know-no-deployment",
      comment: "A function runs the same wherever it was deployed from; the CDK in a bundle would be 30 MB of it.",
      severity: "error",
      from: { path: "^lambdas/" },
      to: { path: "^(lib|bin|cli|simulator|bench|tools)/|^node_modules/(aws-cdk-lib|constructs)/" },
    },
    {
      name: "deployment-knows-settings-not-code",
      comment:
        "A template is made from the configuration and from what each function reads of its environment; what functions do is in their bundles.",
      severity: "error",
      from: { path: "^(lib|bin)/" },
      to: {
        path: "^(core|engine|adapters|lambdas|cli|dashboards|simulator|bench|tools)/",
        pathNot: [
          "^lambdas/[^/]+/(environment|event)[.]ts$",
          "^core/(config|signals|domain)/",
          "^adapters/dynamodb/tables[.]ts$",
          "^cli/configuration[.]ts$",
        ],
      },
    },
    {
      name: "deployment-is-not-imported",
      comment:
        "Only tests, benchmarks and tools look at the app that deploys; what runs does not depend on how it was made.",
      severity: "error",
      from: { pathNot: "^(lib|bin|bench|test|tools)/" },
      to: { path: "^(lib|bin)/" },
    },
    {
      name: "nothing-imports-test",
      comment: "Product code must not depend on fakes and fixtures.",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^test/" },
    },
    {
      name: "no-cycles",
      comment: "A cycle is one module in two files.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable",
      comment: "An import that cannot be resolved fails on somebody's machine.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-development-packages-in-the-product",
      comment: "A packed install has no devDependencies.",
      severity: "error",
      from: { path: "^(core|engine|adapters|cli|dashboards|simulator)/" },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
