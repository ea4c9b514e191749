import { type IndexNames, indexNames } from "#adapters/opensearch/index-names.ts";
import { toNdjson } from "#adapters/opensearch/saved-objects/saved-object.ts";
import { savedObjects } from "#adapters/opensearch/saved-objects/saved-objects.ts";
import { TrailwatchError } from "#core/domain/errors.ts";

/** The dashboards as a file for an import by hand; no cluster is asked. */
export async function dashboards({ namespace }: { readonly namespace: string }): Promise<void> {
  process.stdout.write(toNdjson(savedObjects(namesOf(namespace))));
}

function namesOf(namespace: string): IndexNames {
  try {
    return indexNames(namespace);
  } catch (error) {
    throw new TrailwatchError(
      "USAGE",
      `--namespace: ${(error as Error).message}`,
      "Leave it out, or write something like team-a-.",
      { cause: error },
    );
  }
}
