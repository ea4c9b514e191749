/** `arn:partition:service:region:account:resource`, of which the resource keeps its own colons. */
export interface Arn {
  readonly service: string;
  readonly account: string | null;
  readonly resource: string;
}

export function parseArn(value: string): Arn | null {
  if (!value.startsWith("arn:")) return null;
  const [, , service, , account, ...resource] = value.split(":");
  if (!service || resource.length === 0) return null;
  return { service, account: account && isAccountId(account) ? account : null, resource: resource.join(":") };
}

export const isAccountId = (value: string): boolean => /^\d{12}$/.test(value);

/** Account of an ARN, or a bare account id; `null` for anything else. */
export const accountOf = (value: string): string | null =>
  isAccountId(value) ? value : (parseArn(value)?.account ?? null);

export const lastSegment = (value: string): string => value.slice(value.lastIndexOf("/") + 1);
