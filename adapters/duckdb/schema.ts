import { EVENT_CATEGORIES, EVENT_MARKS, OUTCOMES, QUANTITY_CHANGES, QUANTITY_KINDS } from "#core/domain/usage-event.ts";

/** Raised whenever a table changes shape: a store of another version is refused, never guessed at. */
export const SCHEMA_VERSION = 1;

const members = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(", ");

/**
 * The store's tables. Events are narrow: what repeats (callers, origins, actions ...) stands once in a dictionary and
 * is named by a number. A dictionary may hold one value under several numbers (it is forgotten when it grows too
 * large for memory), so compare values, not numbers, or use the views.
 *
 * `key` names one record for good: `file_id * 2^32 + record`, the record's number in its file counting from 1.
 */
const TABLES = `
create type outcome_name as enum (${members(OUTCOMES)});
create type category_name as enum (${members(EVENT_CATEGORIES)});
create type quantity_kind_name as enum (${members(QUANTITY_KINDS)});
create type quantity_change_name as enum (${members(QUANTITY_CHANGES)});
create type purchase_name as enum ('on-demand', 'spot');

create table meta (name varchar not null, value varchar not null);

create table files (
  file_id integer not null,
  path varchar not null,
  -- size and a tag (modification time, ETag) tell whether the file is still the one that was read
  size bigint not null,
  tag varchar not null,
  -- when CloudTrail delivered it, where the name says so
  delivered_at timestamp,
  -- why the whole file was left out (digest, not CloudTrail's); null for a file that was read
  left_out_reason varchar,
  read bigint not null,
  stored bigint not null,
  quarantined bigint not null,
  left_out bigint not null,
  insights bigint not null,
  duplicates bigint not null,
  conflicts bigint not null,
  bytes bigint not null,
  -- fingerprints of this file's events are of the canonical record, not of its bytes
  canonical boolean not null,
  -- the selection that left something of it out; empty when it stands here whole; null when it must be read again,
  -- because reading it failed, or because a file that held some of its events was replaced
  read_for varchar
);

create table accounts (account_id integer not null, account varchar not null);
create table regions (region_id integer not null, region varchar not null);
create table actions (
  action_id integer not null,
  service varchar not null,
  action varchar not null,
  -- records of this service land in one region whatever the caller meant
  global boolean not null
);
create table principals (
  principal_id integer not null,
  type varchar not null,
  id varchar not null,
  name varchar not null,
  arn varchar,
  session varchar,
  access_key_id varchar,
  account varchar,
  mfa boolean
);
create table origins (
  origin_id integer not null,
  invoked_by varchar,
  source_ip varchar,
  network varchar,
  user_agent varchar,
  tool varchar not null,
  vpc_endpoint varchar,
  actor varchar not null
);
create table error_codes (error_id integer not null, error_code varchar not null);
create table items (item_id integer not null, item varchar not null);
-- why an event is priced as it is: the basis of its estimates, and why a part of it has no price
create table cost_bases (basis_id integer not null, basis varchar[] not null, unpriced varchar[] not null);

create table events (
  key bigint not null,
  -- an id that is no UUID is hashed into one, and stands in id_text as it was
  id uuid not null using compression uncompressed,
  id_text varchar,
  time timestamp not null,
  account_id integer not null,
  region_id integer not null,
  action_id integer not null,
  read_only boolean not null,
  category category_name not null,
  outcome outcome_name not null,
  error_id integer,
  principal_id integer not null,
  origin_id integer not null,
  -- the most specific resource; the others in more_resources
  resource varchar,
  more_resources varchar[],
  counterparties varchar[],
  -- bit set, positions of EVENT_MARKS
  marks uinteger not null,
  request_uuid uuid using compression uncompressed,
  request_text varchar,
  shared_id varchar,
  -- a single plain quantity stands here; whatever has ids, attributes or company stands in quantities
  quantity_kind quantity_kind_name,
  quantity_change quantity_change_name,
  quantity_amount double,
  quantity_item_id integer,
  added_usd_hour_low decimal(18, 9),
  added_usd_hour_high decimal(18, 9),
  removed_usd_hour_low decimal(18, 9),
  removed_usd_hour_high decimal(18, 9),
  once_usd_low decimal(18, 9),
  once_usd_high decimal(18, 9),
  unpriced boolean not null,
  basis_id integer,
  -- false for the copy of an action logged in two accounts that must not be counted again
  counted boolean not null,
  fingerprint ubigint not null using compression uncompressed
);

create table quantities (
  key bigint not null,
  position utinyint not null,
  kind quantity_kind_name not null,
  change quantity_change_name not null,
  amount double not null,
  item_id integer,
  purchase purchase_name,
  resource_ids varchar[],
  attributes varchar,
  -- of the whole quantity, not of one resource
  usd_hour_low decimal(18, 9),
  usd_hour_high decimal(18, 9)
);

create table insights (
  key bigint not null,
  id varchar not null,
  time timestamp not null,
  account varchar not null,
  region varchar not null,
  body varchar not null
);

create table quarantine (
  file_id integer not null,
  file varchar not null,
  position varchar not null,
  reason varchar not null,
  detail varchar not null,
  sample varchar not null
);

-- the same id with other content: the record that was kept and the one that was not
create table conflicts (
  event_id varchar not null,
  kept_key bigint not null,
  other_key bigint not null,
  kept_file varchar not null,
  other_file varchar not null,
  other_record varchar not null
);
`;

const markNames = EVENT_MARKS.map((mark, bit) => `case when (e.marks & ${2 ** bit}) <> 0 then '${mark}' end`);

const EVENT_ID = "coalesce(e.id_text, e.id::varchar)";
const SIGNAL_REGION = "case when a.global then 'global' else r.region end";
const DIMENSIONS = `
  join accounts c using (account_id)
  join regions r using (region_id)
  join actions a using (action_id)
  join principals p using (principal_id)`;

/** The two views that people and queries read: the names are public, the tables beneath may change. */
const VIEWS = `
create view usage_events as
select
  ${EVENT_ID} as event_id,
  e.time,
  c.account,
  r.region,
  ${SIGNAL_REGION} as signal_region,
  a.service,
  a.action,
  e.read_only,
  e.category::varchar as category,
  e.outcome::varchar as outcome,
  x.error_code,
  p.type as principal_type,
  p.id as principal,
  p.name as principal_name,
  p.arn as principal_arn,
  p.session,
  p.access_key_id,
  p.account as caller_account,
  p.mfa,
  o.invoked_by,
  o.source_ip,
  o.network,
  o.user_agent,
  o.tool,
  o.vpc_endpoint,
  o.actor,
  e.resource,
  case when e.resource is null then []::varchar[]
    else list_prepend(e.resource, coalesce(e.more_resources, []::varchar[])) end as resources,
  coalesce(e.counterparties, []::varchar[]) as counterparties,
  e.marks,
  list_filter([${markNames.join(", ")}], lambda mark: mark is not null)::varchar[] as mark_names,
  e.shared_id as shared_event_id,
  coalesce(e.request_text, e.request_uuid::varchar) as request_id,
  e.added_usd_hour_low,
  e.added_usd_hour_high,
  e.removed_usd_hour_low,
  e.removed_usd_hour_high,
  e.once_usd_low,
  e.once_usd_high,
  e.unpriced,
  b.basis as cost_basis,
  case when e.unpriced then b.unpriced end as unpriced_reasons,
  e.counted,
  f.delivered_at,
  f.path as file,
  (e.key & 4294967295)::integer as record,
  e.key
from events e ${DIMENSIONS}
  join origins o using (origin_id)
  join files f on f.file_id = e.key >> 32
  left join error_codes x using (error_id)
  left join cost_bases b using (basis_id);

create view event_quantities as
with all_quantities as (
  select key, 0::utinyint as position, quantity_kind as kind, quantity_change as change, quantity_amount as amount,
    quantity_item_id as item_id, null::purchase_name as purchase, null::varchar[] as resource_ids,
    null::varchar as attributes, null::decimal(18, 9) as usd_hour_low, null::decimal(18, 9) as usd_hour_high,
    id, id_text, time, account_id, region_id, action_id, principal_id, outcome, read_only, marks, resource, counted
  from events where quantity_kind is not null
  union all
  select q.*, e.id, e.id_text, e.time, e.account_id, e.region_id, e.action_id, e.principal_id, e.outcome,
    e.read_only, e.marks, e.resource, e.counted
  from quantities q join events e using (key)
)
select
  ${EVENT_ID} as event_id,
  e.time,
  c.account,
  r.region,
  ${SIGNAL_REGION} as signal_region,
  a.service,
  a.action,
  p.id as principal,
  e.outcome::varchar as outcome,
  e.read_only,
  e.marks,
  e.resource,
  e.kind::varchar as kind,
  e.change::varchar as change,
  e.amount,
  i.item,
  e.purchase::varchar as purchase,
  coalesce(e.resource_ids, []::varchar[]) as resource_ids,
  coalesce(e.attributes, '{}')::json as attributes,
  e.usd_hour_low,
  e.usd_hour_high,
  e.counted,
  e.position,
  e.key
from all_quantities e ${DIMENSIONS}
  left join items i using (item_id);
`;

/** Everything a new store needs, to run in one transaction. */
export const schemaSql = (toolVersion: string): string =>
  `${TABLES}${VIEWS}
insert into meta values ('schema_version', '${SCHEMA_VERSION}'), ('tool_version', '${toolVersion.replaceAll("'", "''")}');`;
