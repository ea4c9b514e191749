import { sqlNumber, sqlText } from "#core/signals/sql-literal.ts";
import { EVENT_ID } from "./matching-events.ts";
import { type EventReader, readStoredEvents, type StoredEvent } from "./stored-event.ts";

/**
 * The latest events by a principal or on a resource, in time order. A whole id, ARN, name, session or access key
 * matches, and so does the last part of an ARN or of `type/name`: `logs` finds `arn:aws:s3:::logs` and `bucket/logs`.
 */
export function historyOf(
  reader: EventReader,
  subject: string,
  limit: number,
  reads: boolean,
): Promise<readonly StoredEvent[]> {
  const exact = sqlText(subject);
  const names = (column: string): string =>
    `(${column} = ${exact} or ends_with(${column}, ${sqlText(`/${subject}`)}) or ends_with(${column}, ${sqlText(`:${subject}`)}))`;
  const latest = `select e.key from events e
    where ${reads ? "true" : "not e.read_only"} and (
      e.principal_id in (
        select principal_id from principals p
        where ${names("p.id")} or ${names("p.arn")} or p.name = ${exact} or p.session = ${exact} or p.access_key_id = ${exact}
      )
      or ${names("e.resource")}
      or len(list_filter(coalesce(e.more_resources, []), lambda other: ${names("other")})) > 0
      or e.key in (select q.key from quantities q where list_contains(q.resource_ids, ${exact}))
    )
    order by e.time desc, ${EVENT_ID} desc limit ${sqlNumber(Math.max(0, Math.trunc(limit)))}`;
  return readStoredEvents(reader, `e.key in (${latest})`, limit);
}
