/**
 * What AWS's clients in a bundle have in the place of the default chain of credentials. Lambda hands a function's credentials
 * over in its environment: profiles, sign-ins and metadata services are never asked there, and would be loaded at every start.
 */
export { fromEnv as defaultProvider } from "@aws-sdk/credential-providers";
