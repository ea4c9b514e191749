import { CfnOutput, CfnParameter, type Stack } from "aws-cdk-lib";

/** As people type it: `cdk deploy --parameters opensearchalertemail=security-team@company.com --all`. */
const PARAMETER = "opensearchalertemail";

/**
 * The parameter that every stack has: given without a stack's name it goes to all of them, and CloudFormation refuses a
 * stack that does not know it.
 */
export function alertEmailParameter(stack: Stack): CfnParameter {
  return new CfnParameter(stack, PARAMETER, {
    type: "String",
    default: "",
    description: "Address that alerts are sent to; where people sign in with Cognito it is invited to the dashboards.",
    allowedPattern: "^$|^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
    constraintDescription: "an e-mail address, or nothing",
  });
}

/** Of a stack that sends nothing: it says so, instead of taking the address in silence. */
export function unusedAlertEmail(stack: Stack, address = alertEmailParameter(stack).valueAsString): void {
  new CfnOutput(stack, "UnusedAlertEmail", {
    value: `not used by this stack: ${address}`,
    description: "Alerts are sent by the stack that has the topic.",
  });
}
