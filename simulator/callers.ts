import { Random } from "./prng.ts";
import type { Caller, Json } from "./records/record.ts";
import { isoSeconds, type Millis } from "./time.ts";

const ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** `AROA...`, `AIDA...`, `ASIA...`, `AKIA...`: IAM's unique ids, four letters of kind and seventeen more. */
export const uniqueId = (random: Random, kind: "AROA" | "AIDA" | "ASIA" | "AKIA"): string =>
  `${kind}${random.letters(kind === "ASIA" || kind === "AKIA" ? 16 : 17, ID_ALPHABET)}`;

/** The id that a role, user or key keeps for ever: derives from its name. */
export const stableId = (seed: number, kind: "AROA" | "AIDA" | "AKIA", name: string): string =>
  uniqueId(new Random(`${seed}/id/${kind}/${name}`), kind);

/** A role as it stands in IAM. */
export interface Role {
  readonly account: string;
  /** Without path. */
  readonly name: string;
  readonly arn: string;
  readonly id: string;
}

export function role(seed: number, account: string, name: string, path = "/"): Role {
  const arn = `arn:aws:iam::${account}:role${path}${name}`;
  return { account, name, arn, id: stableId(seed, "AROA", arn) };
}

interface SessionOptions {
  readonly session: string;
  readonly since: Millis;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Set by AWS when a service calls with the role's rights. */
  readonly invokedBy?: string;
  readonly mfa?: boolean;
  readonly console?: boolean;
  readonly vpcEndpointId?: string;
  /** Credentials that an instance's metadata service handed out. */
  readonly onInstance?: boolean;
}

export interface RoleSession extends Caller {
  readonly account: string;
  readonly role: Role;
  readonly session: string;
  readonly arn: string;
  readonly accessKeyId: string;
}

export function roleSession(random: Random, of: Role, options: SessionOptions): RoleSession {
  const arn = `arn:aws:sts::${of.account}:assumed-role/${of.name}/${options.session}`;
  const accessKeyId = uniqueId(random, "ASIA");
  return {
    account: of.account,
    role: of,
    session: options.session,
    arn,
    accessKeyId,
    sourceIp: options.invokedBy ?? options.sourceIp,
    userAgent: options.invokedBy ?? options.userAgent,
    direct: options.invokedBy === undefined,
    console: options.console,
    vpcEndpointId: options.vpcEndpointId,
    userIdentity: {
      type: "AssumedRole",
      principalId: `${of.id}:${options.session}`,
      arn,
      accountId: of.account,
      accessKeyId,
      sessionContext: {
        sessionIssuer: { type: "Role", principalId: of.id, arn: of.arn, accountId: of.account, userName: of.name },
        webIdFederationData: {},
        attributes: { creationDate: isoSeconds(options.since), mfaAuthenticated: options.mfa ? "true" : "false" },
        ec2RoleDelivery: options.onInstance ? "2.0" : undefined,
      },
      invokedBy: options.invokedBy,
    },
  };
}

/** The session of a service-linked role, such as `AWSServiceRoleForAutoScaling`. */
export const serviceLinked = (
  random: Random,
  seed: number,
  account: string,
  service: string,
  name: string,
  session: string,
  since: Millis,
  invokedBy = service,
): RoleSession =>
  roleSession(random, role(seed, account, name, `/aws-service-role/${service}/`), {
    session,
    since,
    sourceIp: invokedBy,
    userAgent: invokedBy,
    invokedBy,
  });

/** A service that calls as itself. */
export const serviceCaller = (service: string): Caller => ({
  account: null,
  sourceIp: service,
  userAgent: service,
  direct: false,
  userIdentity: { type: "AWSService", invokedBy: service },
});

export interface UserCaller extends Caller {
  readonly account: string;
  readonly arn: string;
  readonly userName: string;
  readonly accessKeyId: string;
}

/** An IAM user with a long-lived access key. */
export function userCaller(
  seed: number,
  account: string,
  userName: string,
  sourceIp: string,
  userAgent: string,
): UserCaller {
  const arn = `arn:aws:iam::${account}:user/${userName}`;
  const accessKeyId = stableId(seed, "AKIA", arn);
  const identity: { [key: string]: Json } = {
    type: "IAMUser",
    principalId: stableId(seed, "AIDA", arn),
    arn,
    accountId: account,
    accessKeyId,
    userName,
  };
  return { account, arn, userName, accessKeyId, sourceIp, userAgent, direct: true, userIdentity: identity };
}
