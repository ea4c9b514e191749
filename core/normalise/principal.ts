import type { Principal, PrincipalType } from "../domain/usage-event.ts";
import { accountOf, lastSegment, parseArn } from "./arn.ts";
import { accountField, objectField, textField } from "./field.ts";
import { EMPTY, flag, type Json, text } from "./json.ts";
import { memo } from "./memo.ts";

const TYPES: ReadonlyMap<string, PrincipalType> = new Map([
  ["Root", "root"],
  ["IAMUser", "user"],
  ["AssumedRole", "role"],
  ["Role", "role"],
  ["FederatedUser", "federated-user"],
  ["SAMLUser", "saml"],
  ["WebIdentityUser", "web-identity"],
  ["IdentityCenterUser", "identity-center"],
  ["AWSService", "service"],
  ["AWSAccount", "account"],
  ["Directory", "directory"],
]);

/** What AWS says about a caller besides who it is. It cannot be chosen by the caller. */
interface CallerFacts {
  /** Credentials that AWS hands to machines or functions (EC2 instance role, Lambda, ECS ...). */
  readonly machine: boolean;
  /** A person stands behind it: root, an Identity Center session, a SAML user. */
  readonly person: boolean;
  /** A role that only an AWS service can assume. */
  readonly serviceLinked: boolean;
  readonly invokedBy: string | null;
}

export interface Caller extends CallerFacts {
  readonly principal: Principal;
}

/** userIdentity's fields, each checked once. */
interface Identity {
  readonly type: PrincipalType;
  readonly arn: string | null;
  readonly account: string | null;
  readonly principalId: string | null;
  readonly userName: string | null;
  readonly invokedBy: string | null;
  readonly provider: string | null;
  readonly issuerArn: string | null;
  readonly issuerName: string | null;
  readonly onBehalfOf: string | null;
}

type Named = Pick<Principal, "id" | "name" | "session">;

const afterColon = (principalId: string | null): string | null =>
  principalId?.includes(":") ? principalId.slice(principalId.indexOf(":") + 1) : null;

/** `assumed-role/<role>/<session>`: an ARN of STS lacks the role's path. */
function roleName({ arn, issuerArn, issuerName, userName, principalId }: Identity): Named {
  const parsed = arn ? parseArn(arn) : null;
  const [kind, role, ...session] = parsed?.resource.split("/") ?? [];
  const assumed = kind === "assumed-role" && role ? role : null;
  const name = issuerName ?? (issuerArn ? lastSegment(issuerArn) : null) ?? assumed ?? userName ?? "unknown role";
  const derived = assumed && parsed?.account ? `arn:aws:iam::${parsed.account}:role/${assumed}` : arn;
  const sessionName = assumed ? session.join("/") || null : afterColon(principalId);
  return { id: issuerArn ?? derived ?? `role/${name}`, name, session: sessionName };
}

function nameOf(identity: Identity): Named {
  const { arn, account, principalId, userName, issuerArn, issuerName } = identity;
  const within = account ?? "unknown";
  switch (identity.type) {
    case "root":
      return { id: `root/${within}`, name: "root", session: null };
    case "role":
      return roleName(identity);
    case "user": {
      const name = userName ?? (arn ? lastSegment(arn) : null) ?? principalId ?? "unknown user";
      return { id: arn ?? `user/${within}/${name}`, name, session: null };
    }
    case "federated-user": {
      // The federated name is free text of whoever called GetFederationToken; the issuer is not.
      const session = arn ? lastSegment(arn) : afterColon(principalId);
      const name = issuerName ?? userName ?? session ?? "federated user";
      return { id: issuerArn ?? arn ?? `federated-user/${within}/${name}`, name, session };
    }
    case "saml":
    case "web-identity": {
      const name = userName ?? afterColon(principalId) ?? principalId ?? "unknown";
      return { id: [identity.type, identity.provider, name].filter(Boolean).join("/"), name, session: null };
    }
    case "identity-center": {
      const user = identity.onBehalfOf ?? principalId ?? userName ?? "unknown";
      return { id: `identity-center/${user}`, name: userName ?? user, session: null };
    }
    case "service": {
      const host = identity.invokedBy ?? "AWS Internal";
      return { id: host, name: host.replace(/\.amazonaws\.com$/, ""), session: null };
    }
    case "account": {
      const unique = principalId?.split(":")[0];
      return {
        id: unique ? `account/${within}/${unique}` : `account/${within}`,
        name: within,
        session: afterColon(principalId),
      };
    }
    case "anonymous":
      return { id: "anonymous", name: "anonymous", session: null };
    case "directory":
    case "unknown": {
      const name = userName ?? (arn ? lastSegment(arn) : null) ?? principalId ?? "unknown";
      if (name === "unknown" && account === null) return { id: "unknown", name, session: null };
      return { id: arn ?? `${identity.type}/${within}/${principalId ?? name}`, name, session: null };
    }
  }
}

/** Some services log type `Unknown` beside an ARN that says what it is. */
function typeOf(declared: string | null, arn: string | null, identity: Json): PrincipalType {
  const type = declared === null ? undefined : TYPES.get(declared);
  if (type === "account") {
    const account = identity["accountId"];
    return account === "anonymous" || account === "ANONYMOUS_PRINCIPAL" ? "anonymous" : type;
  }
  if (type !== undefined) return type;
  const resource = arn ? (parseArn(arn)?.resource ?? "") : "";
  if (resource.startsWith("assumed-role/")) return "role";
  if (resource.startsWith("user/")) return "user";
  if (resource.startsWith("federated-user/")) return "federated-user";
  return resource === "root" ? "root" : "unknown";
}

function readCaller(raw: Json): Caller {
  const arn = textField(raw["arn"], "userIdentity.arn");
  const session = objectField(raw["sessionContext"], "userIdentity.sessionContext") ?? EMPTY;
  const issuer = objectField(session["sessionIssuer"], "userIdentity.sessionContext.sessionIssuer") ?? EMPTY;
  const attributes = objectField(session["attributes"], "userIdentity.sessionContext.attributes") ?? EMPTY;
  const issuerArn = textField(issuer["arn"], "userIdentity.sessionContext.sessionIssuer.arn");
  const issuerName = text(issuer["userName"]);
  const invokedBy = textField(raw["invokedBy"], "userIdentity.invokedBy");
  const type = typeOf(textField(raw["type"], "userIdentity.type"), arn, raw);
  const stated = accountField(raw["accountId"], "userIdentity.accountId");
  const account = stated ?? accountOf(arn ?? "") ?? text(issuer["accountId"]);
  const identity: Identity = {
    type,
    arn,
    account,
    principalId: textField(raw["principalId"], "userIdentity.principalId"),
    userName: textField(raw["userName"], "userIdentity.userName"),
    invokedBy,
    provider: textField(raw["identityProvider"], "userIdentity.identityProvider"),
    issuerArn,
    issuerName,
    onBehalfOf: text(objectField(raw["onBehalfOf"], "userIdentity.onBehalfOf")?.["userId"]),
  };
  const principal: Principal = {
    type,
    ...nameOf(identity),
    arn,
    accessKeyId: textField(raw["accessKeyId"], "userIdentity.accessKeyId"),
    account: type === "service" || type === "anonymous" ? null : account,
    mfa: flag(attributes["mfaAuthenticated"]),
  };
  return { principal, invokedBy, ...factsOf(raw, session, principal) };
}

function factsOf(raw: Json, session: Json, principal: Principal): Omit<CallerFacts, "invokedBy"> {
  const { type, id } = principal;
  const inScopeOf = raw["inScopeOf"] ?? session["inScopeOf"];
  return {
    machine:
      (session["ec2RoleDelivery"] ?? null) !== null ||
      type === "web-identity" ||
      (typeof inScopeOf === "object" && inScopeOf !== null && Object.keys(inScopeOf).length > 0) ||
      id.includes(":role/service-role/"),
    person:
      type === "root" ||
      type === "saml" ||
      type === "identity-center" ||
      id.includes("/aws-reserved/sso.amazonaws.com/") ||
      (principal.mfa === true && (type === "role" || type === "user")),
    serviceLinked: id.includes(":role/aws-service-role/"),
  };
}

/** The reader hands one object for byte-identical identities, and one identity makes thousands of calls. */
const known = new WeakMap<Json, Caller>();

export function callerOf(identity: Json): Caller {
  const found = known.get(identity);
  if (found !== undefined) return found;
  const caller = readCaller(identity);
  known.set(identity, caller);
  return caller;
}

const SYSTEM: CallerFacts = { machine: false, person: false, serviceLinked: false, invokedBy: null };

/** For records without an identity: an event of the service itself, which is how AWS logs what no call caused. */
export const serviceCaller: (eventSource: string) => Caller = memo(1_000, (eventSource) => ({
  ...SYSTEM,
  principal: {
    type: "service",
    id: eventSource,
    name: eventSource.replace(/\.amazonaws\.com$/, ""),
    arn: null,
    session: null,
    accessKeyId: null,
    account: null,
    mfa: null,
  },
}));

export const UNKNOWN_CALLER: Caller = {
  ...SYSTEM,
  principal: {
    type: "unknown",
    id: "unknown",
    name: "unknown",
    arn: null,
    session: null,
    accessKeyId: null,
    account: null,
    mfa: null,
  },
};
