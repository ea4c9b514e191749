import { type Json, NeverRecorded, onlyMembers, Refusal, refused } from "../exchange.ts";

const illegal = (reason: string): Refusal => new Refusal(400, "illegal_argument_exception", reason);

const TYPES = ["slack", "webhook", "sns"];
const UNTRIED = ["chime", "microsoft_teams", "email", "ses_account", "smtp_account", "email_group"];
const SLACK = ["hooks.slack.com/services/", "hooks.gov-slack.com/services/"];
const TOPIC = /^arn:aws(-[a-z-]+)?:sns:[a-z0-9-]+:\d{12}:[\w-]+(\.fifo)?$/;
const ROLE = /^arn:aws(-[a-z-]+)?:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** An id that the caller chose. */
export function checkId(id: string): void {
  const invalid = id.replace(/[A-Za-z0-9_/+=-]/g, "");
  if (invalid !== "") throw illegal(`Invalid characters in id : ${invalid}`);
}

/** A channel as it is kept and given back. Throws {@link Refusal} or {@link NeverRecorded}. */
export function readChannel(sent: Json): Json {
  if (sent === undefined) throw illegal("config field absent");
  const { name, description = "", config_type: type, is_enabled = true } = sent;
  if (typeof name !== "string") throw new NeverRecorded("a channel without a name");
  if (UNTRIED.includes(type)) throw new NeverRecorded(`a channel of type ${type}`);
  if (!TYPES.includes(type)) throw refused(406, "NotificationConfig with type NONE is not acceptable");
  if (sent[type] === undefined) throw illegal(`ConfigType: ${type} and data doesn't match`);
  onlyMembers(sent, ["name", "description", "config_type", "is_enabled", type], "channel");
  return { name, description, config_type: type, is_enabled, [type]: DATA[type as keyof typeof DATA](sent[type]) };
}

const DATA = {
  slack: ({ url, ...rest }: Json): Json => {
    onlyMembers(rest, [], "Slack channel");
    if (!SLACK.some((address) => url.includes(address))) {
      throw refused(400, `Wrong Slack url. Should contain "${SLACK[0]}" or "${SLACK[1]}"`);
    }
    return { url };
  },
  webhook: (sent: Json): Json => {
    if (sent.url === undefined) throw illegal("url field absent");
    onlyMembers(sent, ["url", "header_params", "method"], "webhook");
    if (!/^[a-z]+:/.test(sent.url)) throw new Refusal(500, "malformed_u_r_l_exception", `no protocol: ${sent.url}`);
    if (sent.method !== undefined && sent.method !== "POST") throw new NeverRecorded(`a webhook by ${sent.method}`);
    return { url: sent.url, header_params: sent.header_params ?? {}, method: "POST" };
  },
  sns: (sent: Json): Json => {
    onlyMembers(sent, ["topic_arn", "role_arn"], "SNS channel");
    const { topic_arn, role_arn } = sent;
    if (!TOPIC.test(topic_arn)) throw illegal(`Invalid AWS SNS topic ARN: ${topic_arn}`);
    if (role_arn !== undefined && !ROLE.test(role_arn)) throw illegal(`Invalid AWS role ARN: ${role_arn} `);
    return { topic_arn, ...(role_arn === undefined ? {} : { role_arn }) };
  },
};
