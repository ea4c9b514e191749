import { CfnCondition, Duration, Fn, RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  CfnIdentityPool,
  CfnIdentityPoolRoleAttachment,
  CfnUserPoolUser,
  FeaturePlan,
  Mfa,
  StandardThreatProtectionMode,
  UserPool,
  type UserPoolDomain,
} from "aws-cdk-lib/aws-cognito";
import { FederatedPrincipal, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { ES_HTTP_ACTIONS, PATHS_OF_A_DOMAIN } from "./search-access.ts";
import { explainWildcard } from "./wildcards.ts";

export interface DashboardsUsersProps {
  /** Of the domain; part of the address at which people sign in. */
  readonly domainName: string;
  readonly domainArn: string;
  /** Gets the first account, where it is not empty. */
  readonly email: string;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * People who sign in to the dashboards through Cognito: with a second factor, invited by whoever administers the pool.
 * Their role is known to the domain, which gives it the reader's rights.
 */
export class DashboardsUsers extends Construct {
  readonly userPool: UserPool;
  readonly identityPool: CfnIdentityPool;
  /** The page at which they sign in. */
  readonly signIn: UserPoolDomain;
  /** Of whoever signed in. */
  readonly userRole: Role;
  /** With which the domain makes its client in the pool. */
  readonly domainRole: Role;

  constructor(scope: Construct, id: string, { domainName, domainArn, email, removalPolicy }: DashboardsUsersProps) {
    super(scope, id);
    const { account, region } = Stack.of(this);
    this.userPool = new UserPool(this, "Users", {
      userPoolName: `${domainName}-dashboards`,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { sms: false, otp: true },
      passwordPolicy: {
        minLength: 14,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      featurePlan: FeaturePlan.PLUS,
      standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
      deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
      removalPolicy,
    });
    // Unique in the region, over all of AWS's customers.
    this.signIn = this.userPool.addDomain("SignIn", {
      cognitoDomain: { domainPrefix: `${domainName}-${account}-${region}` },
    });
    this.#invite(email);
    this.identityPool = new CfnIdentityPool(this, "Identities", { allowUnauthenticatedIdentities: false });
    this.userRole = this.#userRole(domainArn);
    new CfnIdentityPoolRoleAttachment(this, "Roles", {
      identityPoolId: this.identityPool.ref,
      roles: { authenticated: this.userRole.roleArn },
    });
    this.domainRole = this.#domainRole();
  }

  #invite(email: string): void {
    const user = new CfnUserPoolUser(this, "FirstUser", {
      userPoolId: this.userPool.userPoolId,
      username: email,
      desiredDeliveryMediums: ["EMAIL"],
      userAttributes: [
        { name: "email", value: email },
        { name: "email_verified", value: "true" },
      ],
    });
    user.cfnOptions.condition = new CfnCondition(this, "HasFirstUser", {
      expression: Fn.conditionNot(Fn.conditionEquals(email, "")),
    });
  }

  #userRole(domainArn: string): Role {
    const role = new Role(this, "UserRole", {
      description: "Whoever signed in to the dashboards of Trailwatch.",
      assumedBy: new FederatedPrincipal(
        "cognito-identity.amazonaws.com",
        {
          StringEquals: { "cognito-identity.amazonaws.com:aud": this.identityPool.ref },
          "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" },
        },
        "sts:AssumeRoleWithWebIdentity",
      ),
    });
    // What they may do there is the domain's own decision.
    role.addToPolicy(new PolicyStatement({ actions: [...ES_HTTP_ACTIONS], resources: [`${domainArn}/*`] }));
    explainWildcard(role, `${domainArn}/*`, PATHS_OF_A_DOMAIN);
    return role;
  }

  /** The rights of AmazonOpenSearchServiceCognitoAccess, on these pools and this role alone. */
  #domainRole(): Role {
    const role = new Role(this, "DomainRole", {
      description: "The domain of Trailwatch looks after its client in the user pool.",
      assumedBy: new ServicePrincipal("es.amazonaws.com"),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          "cognito-idp:AdminInitiateAuth",
          "cognito-idp:AdminUserGlobalSignOut",
          "cognito-idp:CreateUserPoolClient",
          "cognito-idp:DeleteUserPoolClient",
          "cognito-idp:DescribeUserPool",
          "cognito-idp:DescribeUserPoolClient",
          "cognito-idp:ListUserPoolClients",
          "cognito-idp:UpdateUserPoolClient",
        ],
        resources: [this.userPool.userPoolArn],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          "cognito-identity:DescribeIdentityPool",
          "cognito-identity:GetIdentityPoolRoles",
          "cognito-identity:SetIdentityPoolRoles",
          "cognito-identity:UpdateIdentityPool",
        ],
        resources: [
          Stack.of(this).formatArn({
            service: "cognito-identity",
            resource: "identitypool",
            resourceName: this.identityPool.ref,
          }),
        ],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ["iam:PassRole"],
        resources: [this.userRole.roleArn],
        conditions: { StringEquals: { "iam:PassedToService": "cognito-identity.amazonaws.com" } },
      }),
    );
    return role;
  }
}
