import { CfnOutput } from "aws-cdk-lib";
import {
  type ISecurityGroup,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";
import type { DeploymentConfig } from "#core/config/deployment/index.ts";
import { acknowledge } from "./acknowledge.ts";

/** Domain and functions inside a VPC that is there. */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  readonly domainGroup: ISecurityGroup;
  /** What a function's properties have. */
  readonly placement: {
    readonly vpc: IVpc;
    readonly vpcSubnets: SubnetSelection;
    readonly securityGroups: ISecurityGroup[];
  };

  constructor(scope: Construct, id: string, settings: NonNullable<DeploymentConfig["vpc"]>) {
    super(scope, id);
    const { vpcId, availabilityZones, privateSubnetIds } = settings;
    this.vpc = Vpc.fromVpcAttributes(this, "Vpc", { vpcId, availabilityZones, privateSubnetIds });
    for (const subnet of this.vpc.privateSubnets) {
      acknowledge(subnet, {
        "Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId":
          "Routes of the VPC are its owner's; nothing here asks for them.",
      });
    }
    this.subnets = { subnets: this.vpc.privateSubnets };
    const functions = new SecurityGroup(this, "Functions", {
      vpc: this.vpc,
      description: "Functions of Trailwatch",
      allowAllOutbound: false,
    });
    // Endpoints of AWS, the domain and a webhook: addresses that change, all behind TLS.
    functions.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "TLS to AWS, the domain and webhooks");
    const domain = new SecurityGroup(this, "Domain", {
      vpc: this.vpc,
      description: "OpenSearch domain of Trailwatch",
      allowAllOutbound: false,
    });
    domain.addIngressRule(functions, Port.tcp(443), "Functions of Trailwatch");
    this.domainGroup = domain;
    new CfnOutput(this, "DomainSecurityGroup", {
      value: domain.securityGroupId,
      description: "Lets in whoever is to read the dashboards, by rules of the VPC's owner on port 443.",
    });
    new CfnOutput(this, "FunctionsSecurityGroup", {
      value: functions.securityGroupId,
      description: "Of the functions that talk to the domain: a domain that was there has to let it in on port 443.",
    });
    this.placement = { vpc: this.vpc, vpcSubnets: this.subnets, securityGroups: [functions] };
  }
}
