import { readFileSync } from "node:fs";
import {
  connectOpenSearch,
  type OpenSearchAuthentication,
  type OpenSearchConnection,
} from "#adapters/opensearch/connection.ts";
import type { DashboardsServer } from "#adapters/opensearch/saved-objects/dashboards-api.ts";
import { type Config, parseConfig } from "#core/config/index.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { type AwsOptions, awsCredentials } from "../aws.ts";
import { loadConfiguration } from "../configuration.ts";

/** What the command line says about a cluster and how to reach it. */
export interface ClusterOptions extends AwsOptions {
  readonly url: string;
  readonly username?: string;
  readonly passwordFile?: string;
  /** AWS region for which requests are signed. */
  readonly sigv4?: string;
  readonly ca?: string;
  readonly dashboardsUrl?: string;
}

export interface Cluster {
  readonly connection: OpenSearchConnection;
  readonly dashboards: DashboardsServer | null;
  close(): Promise<void>;
}

/** Throws TrailwatchError `USAGE` for options that do not go together, `INPUT_UNREADABLE` for files. */
export function connectCluster(options: ClusterOptions): Cluster {
  const authentication = authenticationOf(options);
  const certificateAuthority = options.ca === undefined ? {} : { certificateAuthority: textOf("--ca", options.ca) };
  const connectTo = (url: string): OpenSearchConnection =>
    connectOpenSearch({ url, authentication, ...certificateAuthority });
  const connection = connectTo(addressOf("--url", options.url).href.replace(/\/$/, ""));
  if (options.dashboardsUrl === undefined) return { connection, dashboards: null, close: () => connection.close() };
  const { origin, pathname } = addressOf("--dashboards-url", options.dashboardsUrl);
  const dashboards = { connection: connectTo(origin), basePath: pathname.replace(/\/$/, ""), tenant: EVERYBODYS };
  return {
    connection,
    dashboards,
    close: async () => {
      await dashboards.connection.close();
      await connection.close();
    },
  };
}

const EVERYBODYS = "global";

/** An address with a password in it would be shown in messages. */
function addressOf(option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TrailwatchError(
      "USAGE",
      `${option} is no http or https address`,
      `Give it as ${option} https://host[:port].`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new TrailwatchError(
      "USAGE",
      `${option} has a user name or password in it`,
      "Give them with --username and --password-file.",
    );
  }
  return url;
}

function authenticationOf(options: ClusterOptions): OpenSearchAuthentication {
  const { username, passwordFile, sigv4, profile, roleArn } = options;
  if ((username === undefined) !== (passwordFile === undefined)) {
    throw new TrailwatchError("USAGE", "--username and --password-file are only one given", "Give both, or none.");
  }
  if (username !== undefined && sigv4 !== undefined) {
    throw new TrailwatchError(
      "USAGE",
      "--username and --sigv4 are both given",
      "A request is signed, or carries a password: give one.",
    );
  }
  if (sigv4 === undefined && (profile !== undefined || roleArn !== undefined)) {
    throw new TrailwatchError(
      "USAGE",
      "--profile and --role-arn are for signed requests",
      "Add --sigv4 with the domain's region.",
    );
  }
  if (username !== undefined && passwordFile !== undefined) {
    return { kind: "basic", username, password: textOf("--password-file", passwordFile).replace(/\r?\n$/, "") };
  }
  if (sigv4 === undefined) return { kind: "none" };
  return { kind: "sigv4", region: sigv4, service: "es", credentials: async () => (await awsCredentials(options))() };
}

function textOf(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new TrailwatchError(
      "INPUT_UNREADABLE",
      `cannot read ${option} ${file}: ${(error as Error).message}`,
      "Check the path.",
      {
        cause: error,
      },
    );
  }
}

/** What the command line says of alerts, which goes before what the configuration says. */
export interface AlertOptions {
  readonly config?: string;
  readonly snsTopicArn?: string;
  readonly snsRoleArn?: string;
  readonly webhook?: string;
}

/** Throws TrailwatchError `CONFIGURATION_INVALID`. */
export function configurationWith({ config: file, snsTopicArn, snsRoleArn, webhook }: AlertOptions): Config {
  const config = loadConfiguration(file);
  if (snsTopicArn === undefined && snsRoleArn === undefined && webhook === undefined) return config;
  const { alerts } = config.opensearch;
  const told = {
    ...alerts,
    // Whoever names one kind on the command line means that one.
    ...(snsTopicArn === undefined ? {} : { snsTopicArn, webhook: null }),
    ...(webhook === undefined ? {} : { webhook, snsTopicArn: snsTopicArn ?? null, snsRoleArn: null }),
    ...(snsRoleArn === undefined ? {} : { snsRoleArn }),
  };
  return parseConfig({ ...config, opensearch: { ...config.opensearch, alerts: told } });
}
