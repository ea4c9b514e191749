import type { AccountContext } from "#core/domain/account.ts";
import { type Severity, severityRank } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import { emailSubject, notificationText } from "#core/messages/notification.ts";
import { notificationMarkdown, notificationSlack } from "#core/messages/notification-markup.ts";
import { redact } from "#core/messages/redact.ts";
import { renderIncidentJson, renderIncidentsJson, renderIncidentsNdjson } from "../render/json.ts";
import { renderIncidentMarkdown, renderIncidentsMarkdown } from "../render/markdown.ts";
import { renderIncident, renderIncidentList } from "../render/text.ts";
import { withStore } from "../store.ts";
import { textOptions } from "../terminal.ts";
import { workspace } from "../workspace.ts";

export type Format = "text" | "json" | "ndjson" | "markdown";

interface ListOptions {
  readonly out: string;
  readonly format: Format;
  readonly redact?: boolean;
  readonly severity?: Severity;
  readonly account?: readonly string[];
  readonly costCenter?: readonly string[];
  readonly owner?: readonly string[];
  readonly ou?: string;
  readonly type?: readonly string[];
}

export async function listIncidents(options: ListOptions): Promise<void> {
  const all = await withStore(workspace(options.out), "read", ({ incidents }) => incidents.list());
  const chosen = all.filter((incident) => isChosen(incident, options));
  const incidents = options.redact ? redact(chosen) : chosen;
  process.stdout.write(renderList(incidents, options.format));
}

function renderList(incidents: readonly Incident[], format: Format): string {
  switch (format) {
    case "text":
      return renderIncidentList(incidents, textOptions(process.stdout));
    case "json":
      return renderIncidentsJson(incidents);
    case "ndjson":
      return renderIncidentsNdjson(incidents);
    case "markdown":
      return renderIncidentsMarkdown(incidents);
  }
}

/** Every given option must hold; one account of the incident is enough. */
function isChosen({ severity, accounts }: Incident, options: ListOptions): boolean {
  const some = (values: readonly string[] | undefined, of: (account: AccountContext) => string | null): boolean =>
    values === undefined || accounts.some((account) => values.includes(of(account) ?? ""));
  return (
    (options.severity === undefined || severityRank(severity) >= severityRank(options.severity)) &&
    (some(options.account, ({ id }) => id) || some(options.account, ({ alias }) => alias)) &&
    some(options.costCenter, ({ costCenter }) => costCenter) &&
    some(options.owner, ({ owner }) => owner) &&
    some(options.type, ({ type }) => type) &&
    (options.ou === undefined || accounts.some(({ ouPath }) => isBelow(ouPath, options.ou ?? "/")))
  );
}

const isBelow = (path: string | null, unit: string): boolean =>
  path !== null && `${path}/`.startsWith(unit.endsWith("/") ? unit : `${unit}/`);

type Notification = "text" | "email" | "slack" | "markdown";

interface ShowOptions {
  readonly out: string;
  readonly format: Format;
  readonly redact?: boolean;
  readonly notification?: Notification;
}

export async function showIncident(id: string, options: ShowOptions): Promise<void> {
  const found = await withStore(workspace(options.out), "read", ({ incidents }) => incidents.get(id));
  const incident = options.redact ? (redact([found])[0] ?? found) : found;
  process.stdout.write(
    options.notification ? `${notification(incident, options.notification)}\n` : renderOne(incident, options.format),
  );
}

function renderOne(incident: Incident, format: Format): string {
  switch (format) {
    case "text":
      return renderIncident(incident, textOptions(process.stdout));
    case "json":
      return renderIncidentJson(incident);
    case "ndjson":
      return renderIncidentsNdjson([incident]);
    case "markdown":
      return renderIncidentMarkdown(incident);
  }
}

function notification(incident: Incident, form: Notification): string {
  switch (form) {
    case "text":
      return notificationText(incident);
    case "email":
      return `Subject: ${emailSubject(incident)}\n\n${notificationText(incident)}`;
    case "slack":
      return notificationSlack(incident);
    case "markdown":
      return notificationMarkdown(incident);
  }
}
