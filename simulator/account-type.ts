export type AccountType =
  | "management"
  | "security"
  | "shared-services"
  | "production"
  | "staging"
  | "development"
  | "sandbox";
