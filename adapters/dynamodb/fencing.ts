import { TrailwatchError } from "#core/domain/errors.ts";
import type { Fence } from "#core/ports/leases.ts";
import type { Condition, Item } from "./table.ts";

/** What an item keeps of the lease under which it was written. */
export interface FenceAttributes {
  readonly fenceName: string;
  readonly fenceToken: number;
}

export const fenceAttributes = ({ name, token }: Fence): FenceAttributes => ({ fenceName: name, fenceToken: token });

/** Refuses what an earlier holder of the same lease writes over. */
export const fenced = ({ name, token }: Fence): Condition => ({
  expression: "attribute_not_exists(fenceName) OR fenceName <> :fenceName OR fenceToken <= :fenceToken",
  values: { ":fenceName": name, ":fenceToken": token },
});

/** @param found the item that was there instead */
export const leaseLost = (what: string, { name, token }: Fence, found: Item): TrailwatchError =>
  new TrailwatchError(
    "LEASE_LOST",
    `${what} was written under token ${found["fenceToken"]} of the lease ${name}, after token ${token}`,
    "Nothing is to be done: the run that has the lease now goes on.",
  );
