import type { IndexNames } from "../index-names.ts";
import { MIGRATIONS, type SavedObject, type SavedObjectReference, type SavedObjectType } from "./saved-object.ts";

/** Stable: an import replaces what an earlier version made, and links keep leading somewhere. */
export const objectId = ({ namespace }: IndexNames, name: string): string => `${namespace}trailwatch-${name}`;

/** What people see; a deployment with a namespace says which it is. */
export const objectTitle = ({ namespace }: IndexNames, title: string): string =>
  namespace === "" ? `Trailwatch: ${title}` : `Trailwatch ${namespace.replace(/-$/, "")}: ${title}`;

export function object(
  type: SavedObjectType,
  id: string,
  attributes: SavedObject["attributes"],
  references: readonly SavedObjectReference[],
): SavedObject {
  return { type, id, attributes, references, migrationVersion: { [type]: MIGRATIONS[type] } };
}

const EVERYTHING = { query: "", language: "kuery" } as const;

/** The member that holds a search of an object; `query` in Dashboards' query language. */
export const searchSource = (query: string, indexRefName?: string): { readonly searchSourceJSON: string } => ({
  searchSourceJSON: JSON.stringify({
    query: { ...EVERYTHING, query },
    filter: [],
    ...(indexRefName === undefined ? {} : { indexRefName }),
  }),
});
