import type { DetectorSpec } from "#adapters/opensearch/provisioning/detectors.ts";
import type { SignalEntity } from "#core/domain/finding.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import type { WatchedEntity } from "#core/ports/second-opinion.ts";

/** One model of a detector. */
export interface Watched {
  readonly key: string;
  readonly spec: DetectorSpec;
  readonly entity: WatchedEntity;
}

/** Which models look at an entity's count: one a detector of its signal, but of accounts outside any unit none by unit. */
export function watchedBy(
  signal: string,
  { account, region }: Pick<SignalEntity, "account" | "region">,
  specs: readonly DetectorSpec[],
  directory: AccountDirectory,
): readonly Watched[] {
  return specs.flatMap((spec) => {
    if (spec.mark.signal !== signal) return [];
    const entity = entityOf(spec, account, region, directory);
    return entity ? [{ key: keyOf(signal, entity), spec, entity }] : [];
  });
}

function entityOf(
  { mark }: DetectorSpec,
  account: string,
  region: string,
  directory: AccountDirectory,
): WatchedEntity | null {
  if (mark.by === "entity") return { of: "region", account, region };
  const { type, ouPath } = directory.account(account);
  if (mark.by === "account-type") return { of: "account-type", type };
  return ouPath === null ? null : { of: "ou", path: ouPath };
}

/** Tells the models of all detectors apart. */
export const keyOf = (signal: string, entity: WatchedEntity): string => JSON.stringify([signal, entity]);

/** Rows by the models that look at them. */
export async function rowsByEntity(
  rows: AsyncIterable<RollupRow>,
  specs: readonly DetectorSpec[],
  directory: AccountDirectory,
  isWanted: (key: string) => boolean = () => true,
): Promise<ReadonlyMap<string, Watched & { readonly rows: readonly RollupRow[] }>> {
  const known = new Map<string, readonly Watched[]>();
  const all = new Map<string, Watched & { readonly rows: RollupRow[] }>();
  for await (const row of rows) {
    const { signal, entity } = row;
    const place = `${signal} ${entity.account} ${entity.region}`;
    const by = known.get(place) ?? watchedBy(signal, entity, specs, directory).filter(({ key }) => isWanted(key));
    known.set(place, by);
    for (const watched of by) {
      const own = all.get(watched.key);
      if (own) own.rows.push(row);
      else all.set(watched.key, { ...watched, rows: [row] });
    }
  }
  return all;
}
