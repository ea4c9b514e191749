import type { Random } from "./prng.ts";

/** User agents as the tools of 2026 send them; versions differ by person, not by call. */
export const userAgents = {
  console: (random: Random): string => random.pick(BROWSERS),
  cli: (random: Random, command: string): string => {
    const [cli, os] = random.pick(CLIS);
    return cliAgent(cli, os, command);
  },
  boto: (version = "1.35.49"): string =>
    `Boto3/${version} md/Botocore#${version} ua/2.0 os/linux#5.10.226-235.879.amzn2.x86_64 md/arch#x86_64 lang/python#3.12.7 md/pyimpl#CPython exec-env/AWS_Lambda_python3.12 cfg/retry-mode#legacy Botocore/${version}`,
  botoOnInstance: (): string =>
    "Boto3/1.35.49 md/Botocore#1.35.49 ua/2.0 os/linux#6.1.112-122.189.amzn2023.x86_64 md/arch#x86_64 lang/python#3.11.6 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.35.49",
  java: (): string =>
    "aws-sdk-java/2.28.16 md/io#sync md/http#Apache ua/2.1 os/Linux#5.10.226 lang/java#21.0.4 md/OpenJDK_64-Bit_Server_VM#21.0.4+7-LTS md/vendor#Amazon.com_Inc. md/en_US exec-env/AWS_ECS_FARGATE m/D",
  terraform: (service: string): string =>
    `APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) terraform-provider-aws/5.74.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.32.3 ua/2.1 os/linux lang/go#1.23.2 md/GOOS#linux md/GOARCH#amd64 api/${service}#1.187.0`,
} as const;

export const cliAgent = (cli: string, os: string, command: string): string =>
  `aws-cli/${cli} md/awscrt#0.22.0 ua/2.0 ${os} lang/python#3.12.6 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#${command}`;

const BROWSERS = [
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
] as const;

export const CLIS = [
  ["2.18.13", "os/macos#23.6.0 md/arch#arm64"],
  ["2.17.65", "os/linux#6.8.0-47-generic md/arch#x86_64"],
  ["2.18.0", "os/macos#24.0.0 md/arch#arm64"],
] as const;
