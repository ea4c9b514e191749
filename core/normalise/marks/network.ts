import { amount, flag, type Json, list, object, objects, text, texts } from "../json.ts";
import { type Rule, rule } from "../rule.ts";
import type { Detail, Sheet } from "../sheet.ts";

/** Half of the address space or more: `0.0.0.0/0`, `::/0`, and the two halves that hide from a search for them. */
const isWorld = (range: unknown): boolean => /\/[01]$/.test(text(range) ?? "");

const WEB_PORTS = new Set([80, 443]);

/** All traffic, or a range with another port than 80 and 443 in it. ICMP opens no port. */
function beyondWeb(protocol: unknown, from: unknown, to: unknown): boolean {
  const name = text(protocol);
  if (name === "icmp" || name === "icmpv6" || name === "1" || name === "58") return false;
  const first = amount(from);
  const last = amount(to) ?? first;
  if (first === null || last === null) return true;
  return first !== last || !WEB_PORTS.has(first);
}

const rangesOf = (permission: Json): readonly unknown[] => [
  permission["cidrIp"],
  permission["cidrIpv6"],
  ...objects(permission["ipRanges"]).map((range) => range["cidrIp"]),
  ...objects(permission["ipv6Ranges"]).map((range) => range["cidrIpv6"]),
];

function ingressAuthorized({ request }: Detail, sheet: Sheet): void {
  for (const permission of [request, ...objects(request["ipPermissions"])]) {
    const open = rangesOf(permission).some(isWorld);
    if (open && beyondWeb(permission["ipProtocol"], permission["fromPort"], permission["toPort"])) {
      sheet.mark("opened-to-world");
    }
  }
}

function ruleModified({ request }: Detail, sheet: Sheet): void {
  const body = object(request["ModifySecurityGroupRulesRequest"]);
  for (const entry of objects(body["SecurityGroupRule"])) {
    const changed = object(entry["SecurityGroupRule"]);
    if (!isWorld(changed["CidrIpv4"]) && !isWorld(changed["CidrIpv6"])) continue;
    if (beyondWeb(changed["IpProtocol"], changed["FromPort"], changed["ToPort"])) sheet.mark("opened-to-world");
  }
}

/** A subnet's list needs the high ports open for answers to what went out: those alone are no opening. */
function aclEntry({ request }: Detail, sheet: Sheet): void {
  if (text(request["ruleAction"]) !== "allow" || flag(request["egress"]) === true) return;
  if (!isWorld(request["cidrBlock"]) && !isWorld(request["ipv6CidrBlock"])) return;
  const ports = object(request["portRange"]);
  const [from, to] = [amount(ports["from"]), amount(ports["to"])];
  if (from !== null && from >= 1024 && to === 65535) return;
  if (beyondWeb(request["aclProtocol"], ports["from"], ports["to"])) sheet.mark("opened-to-world");
}

/** Classic groups of RDS and Redshift, which open the database's port. */
function databaseOpened({ request }: Detail, sheet: Sheet): void {
  if (isWorld(request["cIDRIP"])) sheet.mark("opened-to-world");
}

/** Asked for, or given without being asked: a database with a public address. */
function madePublic({ request, response }: Detail, sheet: Sheet): void {
  if (flag(request["publiclyAccessible"] ?? response["publiclyAccessible"]) === true) sheet.mark("opened-to-world");
}

function databaseModified({ request }: Detail, sheet: Sheet): void {
  if (flag(request["publiclyAccessible"]) === true) sheet.mark("opened-to-world");
}

function clusterEndpoint({ request }: Detail, sheet: Sheet): void {
  const vpc = object(request["resourcesVpcConfig"]);
  if (flag(vpc["endpointPublicAccess"]) === true && texts(vpc["publicAccessCidrs"]).some(isWorld)) {
    sheet.mark("opened-to-world");
  }
}

function lightsailPorts({ request }: Detail, sheet: Sheet): void {
  for (const ports of [...list(request["portInfo"]), ...list(request["portInfos"])].map(object)) {
    const ranges = [...texts(ports["cidrs"]), ...texts(ports["ipv6Cidrs"])];
    if (
      (ranges.length === 0 || ranges.some(isWorld)) &&
      beyondWeb(ports["protocol"], ports["fromPort"], ports["toPort"])
    ) {
      sheet.mark("opened-to-world");
    }
  }
}

const RDS_MADE =
  "CreateDBInstance CreateDBInstanceReadReplica CreateDBCluster RestoreDBInstanceFromDBSnapshot RestoreDBInstanceToPointInTime RestoreDBInstanceFromS3";

export const NETWORK_MARK_RULES: readonly Rule[] = [
  rule("ec2", "AuthorizeSecurityGroupIngress", ["request"], ingressAuthorized),
  rule("ec2", "ModifySecurityGroupRules", ["request"], ruleModified),
  rule("ec2", "CreateNetworkAclEntry ReplaceNetworkAclEntry", ["request"], aclEntry),
  rule("rds", "AuthorizeDBSecurityGroupIngress", ["request"], databaseOpened),
  rule("redshift", "AuthorizeClusterSecurityGroupIngress", ["request"], databaseOpened),
  rule("rds", RDS_MADE, ["request", "response"], madePublic),
  rule("rds", "ModifyDBInstance ModifyDBCluster", ["request"], databaseModified),
  rule("redshift", "CreateCluster RestoreFromClusterSnapshot ModifyCluster", ["request"], databaseModified),
  rule("eks", "CreateCluster UpdateClusterConfig", ["request"], clusterEndpoint),
  rule("lightsail", "OpenInstancePublicPorts PutInstancePublicPorts", ["request"], lightsailPorts),
];
