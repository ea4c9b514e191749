import type { Severity } from "../domain/finding.ts";
import type { EventFilter } from "../domain/signal.ts";
import { type EpochMs, HOUR, MINUTE } from "../domain/time.ts";
import type { EventMark } from "../domain/usage-event.ts";

/**
 * What is dangerous without any history: knowledge about AWS, as data. What an organization forbids for itself is a
 * policy, not a rule here. docs/incidents.md lists the rules with their reasons.
 */
export interface DangerRule {
  /** Findings carry it as `danger/<id>`. */
  readonly id: string;
  readonly title: string;
  readonly filter: EventFilter;
  /** Who it must be; absent for anybody but AWS's own services, which no rule is about. */
  readonly who?: Who;
  readonly when?: Condition;
  /** Actions that the filter would take in and the rule does not mean. */
  readonly except?: readonly string[];
  /** So much by one principal in one account within {@link window}. */
  readonly atLeast: number;
  readonly counted: "events" | "resources" | "secrets";
  readonly window: EpochMs;
  readonly severity: Severity;
  readonly reason: string;
  /** Rules that say more about the same event: where one of them holds, this one is silent. */
  readonly unless?: readonly string[];
  /** Everyday work in development and sandbox accounts, where it is at most low. */
  readonly ordinaryInDevelopment?: boolean;
  /** A routine of the same principal from the same network is at most info; false where it is dangerous however often it is done. */
  readonly routineExcuses: boolean;
}

export type Who =
  /** Root, users, federated users, roles of Identity Center and roles assumed with MFA. */
  | "people"
  /** Any other role. */
  | "machines"
  /** Root, users and tokens made from their keys: credentials that last. */
  | "long-lived"
  /** Who signs in with a password that AWS keeps. */
  | "passwords";

/** What an {@link EventFilter} cannot say. */
export type Condition =
  /** Shared with, or trusting, an account that is neither in the organization nor in the logs. */
  | "with-outside-account"
  /** What was changed belongs to somebody else than the caller. */
  | "for-somebody-else"
  /** AWS's own quarantine policy, which AWS attaches to keys that it found published. */
  | "quarantine-policy"
  /** What cannot be made again, or is grave by the table of action risks. */
  | "grave"
  /** An instance type with GPUs, AI accelerators or FPGAs was asked for. */
  | "accelerated-type"
  /** Root's own: no user is named. */
  | "for-root"
  | "by-root"
  /** A user agent of a tool that looks for leaked keys. Chosen by the caller: reason to look, never to trust. */
  | "leaked-key-scanner";

const SUCCESS: EventFilter = { outcomes: ["success"] };
const marked = (...marks: EventMark[]): EventFilter => ({ ...SUCCESS, marks });
const done = (...actions: string[]): EventFilter => ({ ...SUCCESS, actions });

/** Everyday work of operators; only long-lived credentials and many machines make them telling. */
const SHELLS = [
  "ssm:StartSession",
  "ssm:ResumeSession",
  "ssm-guiconnect:StartConnection",
  "ec2-instance-connect:SendSSHPublicKey",
  "ec2-instance-connect:OpenTunnel",
  "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
  "ecs:ExecuteCommand",
];

const once = { atLeast: 1, counted: "events", window: HOUR } as const;

export const DANGER_RULES: readonly DangerRule[] = [
  {
    ...once,
    id: "audit-log-off",
    title: "Audit logging switched off",
    filter: done(
      "cloudtrail:StopLogging",
      "cloudtrail:DeleteTrail",
      "cloudtrail:DeleteEventDataStore",
      "cloudtrail:StopEventDataStoreIngestion",
    ),
    severity: "high",
    reason: "audit logging was switched off, after which nothing is seen any more",
    routineExcuses: false,
  },
  {
    ...once,
    id: "organization-weakened",
    title: "Organization's guardrails weakened",
    filter: done(
      "organizations:LeaveOrganization",
      "organizations:RemoveAccountFromOrganization",
      "organizations:DeleteOrganization",
      "organizations:DisablePolicyType",
      "organizations:DetachPolicy",
      "organizations:DeletePolicy",
    ),
    severity: "high",
    reason: "a guardrail of the whole organization was taken away",
    routineExcuses: false,
  },
  {
    ...once,
    id: "guardrail-off",
    title: "Guardrail switched off or narrowed",
    filter: marked("guardrail-off"),
    unless: ["audit-log-off", "organization-weakened"],
    severity: "medium",
    reason: "logging, detection or a guardrail was switched off or narrowed",
    routineExcuses: true,
  },
  {
    ...once,
    id: "leave-organization",
    title: "Account tried to leave the organization",
    filter: { actions: ["organizations:LeaveOrganization"] },
    unless: ["organization-weakened"],
    severity: "medium",
    reason: "an account that leaves the organization escapes all of its guardrails; even the attempt is telling",
    routineExcuses: false,
  },
  {
    ...once,
    id: "public",
    title: "Made public",
    filter: marked("shared-publicly"),
    severity: "high",
    reason: "something was opened to everyone",
    routineExcuses: false,
  },
  {
    ...once,
    id: "shared-outside",
    title: "Shared with an unknown account",
    filter: marked("shared-with-account"),
    when: "with-outside-account",
    severity: "medium",
    reason: "an account outside the organization was given access",
    routineExcuses: true,
  },
  {
    ...once,
    id: "open-port",
    title: "Port opened to the world",
    filter: marked("opened-to-world"),
    severity: "medium",
    reason: "a port other than 80 or 443 was opened to every address",
    ordinaryInDevelopment: true,
    routineExcuses: true,
  },
  {
    ...once,
    id: "admin-granted",
    title: "Administrator rights given",
    filter: marked("admin-granted"),
    severity: "medium",
    reason: "administrator rights, or as broad ones, were given",
    routineExcuses: true,
  },
  {
    ...once,
    id: "credential-for-other",
    title: "Credential made or reset for somebody else",
    filter: {
      ...SUCCESS,
      actions: [
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:UpdateLoginProfile",
        "iam:CreateServiceSpecificCredential",
        "iam:ResetServiceSpecificCredential",
        "iam:UploadSSHPublicKey",
        "iam:UploadSigningCertificate",
      ],
    },
    when: "for-somebody-else",
    severity: "medium",
    reason: "a lasting credential was made for somebody else, which outlives the session that made it",
    routineExcuses: true,
  },
  {
    ...once,
    id: "federation-token",
    title: "Federation token made from a long-lived key",
    filter: done("sts:GetFederationToken"),
    severity: "medium",
    reason: "a federation token stays valid after its user's key is revoked",
    routineExcuses: true,
  },
  {
    ...once,
    id: "outside-identity",
    title: "Outside identity provider trusted",
    filter: done(
      "rolesanywhere:CreateTrustAnchor",
      "rolesanywhere:UpdateTrustAnchor",
      "iam:CreateSAMLProvider",
      "iam:UpdateSAMLProvider",
      "iam:CreateOpenIDConnectProvider",
      "iam:AddClientIDToOpenIDConnectProvider",
      "sso:UpdateSsoConfiguration",
    ),
    severity: "medium",
    reason: "whoever runs the trusted identity provider can now sign in",
    routineExcuses: true,
  },
  {
    ...once,
    id: "root-key",
    title: "Root's own credentials changed",
    filter: {
      ...SUCCESS,
      actions: ["iam:CreateAccessKey", "signin:PasswordUpdated", "iam:DeactivateMFADevice"],
      marks: ["root"],
    },
    when: "for-root",
    severity: "high",
    reason: "root's credentials were changed, and nothing limits what root may do",
    routineExcuses: false,
  },
  {
    ...once,
    id: "root-use",
    title: "Root used",
    filter: { ...SUCCESS, marks: ["root"], readOnly: false },
    except: ["iam:CreateServiceLinkedRole"],
    unless: ["root-key"],
    severity: "medium",
    reason: "root changed something or signed in; daily work never needs it",
    routineExcuses: false,
  },
  {
    ...once,
    id: "sign-in-without-mfa",
    title: "Console sign-in without MFA",
    filter: marked("sign-in-without-mfa"),
    who: "passwords",
    severity: "medium",
    reason: "a password alone opened the console",
    routineExcuses: true,
  },
  {
    id: "sign-in-guessing",
    title: "Console sign-ins failing",
    filter: { marks: ["console-sign-in-failed"] },
    atLeast: 5,
    counted: "events",
    window: HOUR,
    severity: "medium",
    reason: "several console sign-ins failed within an hour, as when passwords are guessed",
    routineExcuses: true,
  },
  {
    id: "secrets-sweep",
    title: "Many secrets read",
    filter: marked("secret-read"),
    atLeast: 15,
    counted: "secrets",
    window: HOUR,
    severity: "medium",
    reason: "one principal read many secrets within an hour",
    routineExcuses: true,
  },
  {
    id: "secrets-batch",
    title: "Secrets read in batches",
    filter: done("secretsmanager:BatchGetSecretValue"),
    atLeast: 3,
    counted: "events",
    window: HOUR,
    severity: "medium",
    reason: "secrets were read in batches, which few applications do",
    routineExcuses: true,
  },
  {
    id: "parameters-sweep",
    title: "Many parameters read",
    filter: marked("parameter-read"),
    who: "people",
    atLeast: 20,
    counted: "secrets",
    window: HOUR,
    severity: "medium",
    reason: "a person's credentials read many parameters within an hour",
    ordinaryInDevelopment: true,
    routineExcuses: true,
  },
  {
    id: "windows-passwords",
    title: "Windows administrator passwords asked for",
    filter: { actions: ["ec2:GetPasswordData"] },
    atLeast: 3,
    counted: "events",
    window: HOUR,
    severity: "medium",
    reason: "the administrator passwords of several Windows instances were asked for",
    routineExcuses: true,
  },
  {
    id: "user-data-refused",
    title: "Instance attributes tried again and again",
    filter: { actions: ["ec2:DescribeInstanceAttribute"], outcomes: ["denied"] },
    atLeast: 5,
    counted: "events",
    window: HOUR,
    severity: "medium",
    reason: "attributes of many instances (user data often holds secrets) were asked for without the right to",
    routineExcuses: true,
  },
  {
    id: "user-data-sweep",
    title: "Attributes of many instances read",
    filter: done("ec2:DescribeInstanceAttribute"),
    who: "people",
    atLeast: 15,
    counted: "resources",
    window: 15 * MINUTE,
    severity: "low",
    reason: "attributes of many instances (user data often holds secrets) were read at once",
    routineExcuses: true,
  },
  {
    ...once,
    id: "code-by-person",
    title: "Code or commands placed by a person's credentials",
    filter: marked("code-execution"),
    except: SHELLS,
    who: "people",
    severity: "medium",
    reason: "a person's credentials placed code or commands on machines or functions, past the pipeline",
    ordinaryInDevelopment: true,
    routineExcuses: true,
  },
  {
    ...once,
    id: "startup-script",
    title: "Start-up script of an instance changed",
    filter: { ...marked("code-execution"), actions: ["ec2:ModifyInstanceAttribute"] },
    unless: ["code-by-person"],
    severity: "medium",
    reason: "what a machine runs when it starts was changed in place, which deployments do not do",
    routineExcuses: true,
  },
  {
    ...once,
    id: "commands-by-role",
    title: "Commands run by a role",
    filter: { ...marked("code-execution"), actions: ["ssm:SendCommand"] },
    who: "machines",
    severity: "low",
    reason: "a role ran commands on machines",
    routineExcuses: true,
  },
  {
    ...once,
    id: "shell",
    title: "Shell on an instance",
    filter: done(...SHELLS),
    who: "long-lived",
    severity: "medium",
    reason: "a long-lived credential opened a shell on a machine",
    ordinaryInDevelopment: true,
    routineExcuses: true,
  },
  {
    id: "many-shells",
    title: "Shells on several instances",
    filter: done(...SHELLS),
    atLeast: 3,
    counted: "resources",
    window: HOUR,
    severity: "medium",
    reason: "one principal opened shells on several machines within an hour",
    ordinaryInDevelopment: true,
    routineExcuses: true,
  },
  {
    ...once,
    id: "serial-console",
    title: "Serial console opened",
    filter: done("ec2:EnableSerialConsoleAccess", "ec2-instance-connect:SendSerialConsoleSSHPublicKey"),
    severity: "medium",
    reason: "the serial console goes round security groups and Session Manager's log",
    routineExcuses: true,
  },
  {
    ...once,
    id: "destroyed",
    title: "Backups, keys or data destroyed",
    filter: marked("destructive"),
    who: "people",
    when: "grave",
    severity: "medium",
    reason: "a person's credentials destroyed what cannot be brought back",
    ordinaryInDevelopment: true,
    routineExcuses: true,
  },
  {
    id: "many-destroyed",
    title: "Many backups, keys or data destroyed",
    filter: marked("destructive"),
    atLeast: 10,
    counted: "events",
    window: HOUR,
    severity: "medium",
    reason: "much was destroyed within an hour that cannot be brought back",
    ordinaryInDevelopment: true,
    routineExcuses: true,
  },
  {
    ...once,
    id: "encryption-off",
    title: "Encryption removed",
    filter: marked("encryption-off"),
    severity: "medium",
    reason: "encryption was removed, or is no longer the default",
    routineExcuses: true,
  },
  {
    ...once,
    id: "model-access",
    title: "Access to paid models opened",
    filter: done(
      "bedrock:CreateFoundationModelAgreement",
      "bedrock:PutFoundationModelEntitlement",
      "bedrock:PutUseCaseForModelAccess",
    ),
    severity: "medium",
    reason: "access to models that bill by use was opened, which stolen credentials are often used for",
    ordinaryInDevelopment: true,
    routineExcuses: true,
  },
  {
    ...once,
    id: "root-sign-in-failed",
    title: "Somebody tried to sign in as root",
    filter: { marks: ["console-sign-in-failed"] },
    when: "by-root",
    severity: "medium",
    reason: "a sign-in as root failed; root is used so seldom that a wrong password is worth a look",
    routineExcuses: true,
  },
  {
    ...once,
    id: "accelerated-launch",
    title: "Accelerated instances asked for",
    filter: { actions: ["ec2:RunInstances"], outcomes: ["success", "denied", "failed"] },
    when: "accelerated-type",
    severity: "medium",
    reason: "instances with GPUs or other accelerators were asked for, the first choice of miners",
    ordinaryInDevelopment: true,
    routineExcuses: true,
  },
  {
    ...once,
    id: "ransom-copy",
    title: "Objects encrypted with a key from elsewhere",
    filter: { ...marked("destructive"), actions: ["s3:CopyObject"] },
    severity: "high",
    reason: "objects were copied over themselves under a key that this account does not have, as for ransom",
    routineExcuses: false,
  },
  {
    ...once,
    id: "traffic-mirror",
    title: "Network traffic mirrored",
    filter: {
      outcomes: ["success", "denied", "failed"],
      actions: [
        "ec2:CreateTrafficMirrorSession",
        "ec2:CreateTrafficMirrorTarget",
        "ec2:CreateTrafficMirrorFilter",
        "ec2:CreateTrafficMirrorFilterRule",
        "ec2:ModifyTrafficMirrorSession",
      ],
    },
    severity: "medium",
    reason: "a copy of network traffic was sent elsewhere, secrets on the wire with it",
    routineExcuses: true,
  },
  {
    ...once,
    id: "data-export",
    title: "Data exported in bulk by a person's credentials",
    filter: done(
      "rds:StartExportTask",
      "ec2:CreateInstanceExportTask",
      "ec2:CreateStoreImageTask",
      "ec2:ExportImage",
      "dynamodb:ExportTableToPointInTime",
    ),
    who: "people",
    severity: "medium",
    reason: "a whole database or machine was written out to storage by a person's credentials",
    ordinaryInDevelopment: true,
    routineExcuses: true,
  },
  {
    ...once,
    id: "quarantined-by-aws",
    title: "AWS quarantined a published key",
    filter: { services: ["iam"], actions: ["iam:AttachUserPolicy", "iam:PutUserPolicy"] },
    when: "quarantine-policy",
    severity: "high",
    reason: "AWS found the key in public and limited it",
    routineExcuses: false,
  },
  {
    ...once,
    id: "leaked-key-scanner",
    title: "Key tried by a scanner for leaked keys",
    filter: { actions: ["sts:GetCallerIdentity"] },
    when: "leaked-key-scanner",
    severity: "medium",
    reason: "a tool that looks for leaked keys found this one and tried it",
    routineExcuses: false,
  },
];

/** One filter a store can be asked with for all events that any rule may be about; matching is done here again. */
export function dangerFilters(rules: readonly DangerRule[] = DANGER_RULES): readonly EventFilter[] {
  const marks = new Set<EventMark>();
  const actions = new Set<string>();
  for (const { filter } of rules) {
    if (filter.actions) for (const action of filter.actions) actions.add(action);
    else for (const mark of filter.marks ?? []) marks.add(mark);
  }
  return [{ marks: [...marks].sort() }, { actions: [...actions].sort() }];
}
