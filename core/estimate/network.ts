import { bookPrice } from "../pricing/service-price.ts";
import { between, type CostLine, lineOf } from "./line.ts";
import { HOURS_A_MONTH } from "./month.ts";
import type { EstimatePlan } from "./plan.ts";

/** A VPC that is brought along: its way to AWS's services may be there, or may have to be made. */
export function networkLines({ deployment, region }: EstimatePlan): readonly CostLine[] {
  const { vpc } = deployment.config;
  if (vpc === null) return [];
  const zones = vpc.availabilityZones.length;
  return [
    lineOf({
      service: "VPC",
      what: "way to AWS's services",
      amount: between(0, zones * HOURS_A_MONTH),
      quantity: `none, to ${zones} NAT gateways`,
      price: bookPrice("natGatewayHour", region, "an hour of a NAT gateway"),
      why: [
        "the subnets have a NAT gateway or endpoints already, or need one in each zone; what it processes is not in it",
      ],
    }),
  ];
}
