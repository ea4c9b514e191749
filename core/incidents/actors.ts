import type { Principal } from "../domain/usage-event.ts";
import { matchesAnyGlob } from "./globs.ts";

/** A service's host name (`autoscaling.amazonaws.com`) or the `AWS Internal` that CloudTrail writes for unnamed ones. */
export const isAwsHost = (value: string): boolean =>
  value === "AWS Internal" || /\.(?:amazonaws\.com(?:\.cn)?|aws\.internal|aws)$/.test(value);

/** A role that only an AWS service can use: its path is reserved, nobody can create one by that name. */
export const isServiceLinkedRole = (principal: string): boolean => principal.includes(":role/aws-service-role/");

/** Nobody stands behind it but AWS. */
export const isAwsService = (principal: string): boolean => isAwsHost(principal) || isServiceLinkedRole(principal);

/**
 * A role that IAM Identity Center made: many people use it, told apart by the session's name, which Identity Center sets.
 * The reserved path and prefix are matched where CloudTrail keeps them: in the issuer's ARN, with or without the path.
 */
export const isIdentityCenterRole = (principal: string): boolean =>
  /:role\/(?:aws-reserved\/sso\.amazonaws\.com\/(?:[^/]+\/)?)?AWSReservedSSO_/.test(principal);

/** Somebody who may sign in from anywhere: people of Identity Center or SAML. Machines and keys have places. */
export const isTraveller = ({ id, type }: Pick<Principal, "id" | "type">): boolean =>
  type === "identity-center" || type === "saml" || isIdentityCenterRole(id);

export const isUser = (principal: string): boolean => /:user\//.test(principal);

export const isRoot = (principal: string): boolean => /^root\/|:root$/.test(principal);

/** Last part of an ARN's path: `deploy` of `arn:aws:iam::111111111111:role/ci/deploy`. */
export const principalName = (principal: string): string => principal.slice(principal.lastIndexOf("/") + 1);

/** The same role in every account: the ARN without its account. */
export const acrossAccounts = (principal: string): string => principal.replace(/(::|\/)\d{12}(?=:|$)/, "$1*");

/** A role whose name the organization gave as one of its pipelines. Says nothing about who holds its credentials. */
export const isPipeline = (principal: string, knownPipelines: readonly string[]): boolean =>
  principal.includes(":role/") && matchesAnyGlob(knownPipelines, principalName(principal));
