import { objects, text, texts } from "../json.ts";
import { type Rule, rule } from "../rule.ts";
import type { Detail, Sheet } from "../sheet.ts";

function balancerCreated({ response, request }: Detail, sheet: Sheet): void {
  const balancers = objects(response["loadBalancers"]);
  for (const balancer of balancers) {
    const arn = text(balancer["loadBalancerArn"]);
    sheet.named("load-balancer", arn);
    sheet.count("load-balancers", "added", 1, text(balancer["type"]), { resourceIds: arn === null ? [] : [arn] });
  }
  // The first API has one kind, answers with its DNS name alone and deletes by name.
  const name = text(request["loadBalancerName"]);
  if (balancers.length === 0 && text(response["dNSName"]) !== null && name !== null) {
    sheet.count("load-balancers", "added", 1, "classic", { resourceIds: [name] });
  }
}

function balancerDeleted({ request }: Detail, sheet: Sheet): void {
  const ids = texts(request["loadBalancerArn"] ?? request["loadBalancerName"]);
  sheet.count("load-balancers", "removed", ids.length, null, { resourceIds: ids });
}

export const NETWORK_RULES: readonly Rule[] = [
  rule("elasticloadbalancing", "CreateLoadBalancer", ["request", "response"], balancerCreated),
  rule("elasticloadbalancing", "DeleteLoadBalancer", ["request"], balancerDeleted),
];
