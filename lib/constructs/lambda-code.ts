import { fileURLToPath } from "node:url";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import type { Config } from "#core/config/index.ts";
import { bundleLambda } from "../bundling/lambda-bundle.ts";

const LAMBDAS = fileURLToPath(new URL("../../lambdas", import.meta.url));

/** A function's bundle with the configuration in it, made here; nothing is asked of Docker. */
export function lambdaCode(name: string, configuration: Config): Code {
  return Code.fromAsset(`${LAMBDAS}/${name}`, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry("none"),
      local: {
        tryBundle(folder: string): boolean {
          bundleLambda(name, folder, configuration);
          return true;
        },
      },
    },
  });
}
