import { AccountRootPrincipal, AnyPrincipal, PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";

/** All methods of HTTP: what may be done with them is the domain's fine-grained access control. */
export const ES_HTTP_ACTIONS = [
  "es:ESHttpDelete",
  "es:ESHttpGet",
  "es:ESHttpHead",
  "es:ESHttpPatch",
  "es:ESHttpPost",
  "es:ESHttpPut",
] as const;

/** Why a policy names everything below a domain. */
export const PATHS_OF_A_DOMAIN =
  "Below a domain there are its paths, which IAM cannot tell apart: fine-grained access control decides inside.";

/**
 * Who may send anything to the domain. Principals of this account whose own policies say so; with SAML everybody, because a
 * browser that comes back from the identity provider signs nothing: the domain turns away who is not signed in.
 */
export function accessPolicy(domainArn: string, hasSaml: boolean): PolicyDocument {
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        principals: [hasSaml ? new AnyPrincipal() : new AccountRootPrincipal()],
        actions: [...ES_HTTP_ACTIONS],
        resources: [`${domainArn}/*`],
      }),
    ],
  });
}
