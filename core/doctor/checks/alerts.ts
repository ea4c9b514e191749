import { counted, listed } from "../../messages/format.ts";
import type { AlarmFacts, DeploymentView, TopicSubscriptionFacts } from "../../ports/deployment-view.ts";
import { check, ok, type Verdict, warning, wrong } from "../check.ts";
import { type Deployed, neededSetting, settingOf } from "../deployed.ts";

const CONNECTOR = "QBusinessConnectorFunction";

export const subscriptions = check<DeploymentView, Deployed, readonly TopicSubscriptionFacts[]>({
  id: "subscriptions",
  title: "Somebody is told",
  ask: (view, deployed) => view.topicSubscriptions(neededSetting(deployed, CONNECTOR, "ALERT_TOPIC_ARN")),
  judge: (found, deployed): Verdict => {
    const topic = settingOf(deployed, CONNECTOR, "ALERT_TOPIC_ARN") ?? "";
    const waiting = found.filter(({ confirmed }) => !confirmed).map(({ endpoint }) => endpoint);
    const confirmed = found.filter(({ confirmed: isConfirmed }) => isConfirmed);
    const elsewhere = [
      ...(settingOf(deployed, CONNECTOR, "SLACK_SECRET_ARN") === null ? [] : ["Slack"]),
      ...(settingOf(deployed, CONNECTOR, "CHAT_TOPIC_ARN") === null ? [] : ["the topic for chats"]),
    ];
    const confirm = `${listed(waiting)} has to follow the link in the mail "AWS Notification - Subscription Confirmation"; after three days it is sent again by: aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint ${waiting[0] ?? ""}`;
    if (confirmed.length === 0 && elsewhere.length === 0) {
      return wrong(
        waiting.length > 0
          ? `nobody is told: ${listed(waiting)} did not confirm`
          : "nobody is told: the topic has no subscription",
        waiting.length > 0
          ? confirm
          : "Deploy with --parameters opensearchalertemail=<address>, or set deployment.alerts.addresses.",
      );
    }
    if (waiting.length > 0) return warning(`${listed(waiting)} did not confirm`, confirm);
    const told = [...confirmed.map(({ protocol, endpoint }) => `${protocol} ${endpoint}`), ...elsewhere];
    return ok(listed(told, 5));
  },
});

export const slack = check<DeploymentView, Deployed, boolean>({
  id: "slack",
  title: "The secret of the Slack webhook is there",
  leftOut: (deployed) =>
    settingOf(deployed, CONNECTOR, "SLACK_SECRET_ARN") === null ? "nothing is sent to Slack" : null,
  ask: (view, deployed) => view.secretExists(neededSetting(deployed, CONNECTOR, "SLACK_SECRET_ARN")),
  judge: (exists, deployed) => {
    const arn = settingOf(deployed, CONNECTOR, "SLACK_SECRET_ARN");
    return exists
      ? ok(String(arn))
      : wrong(
          `${arn} is not there: nothing reaches Slack`,
          "Make it again with the webhook's address as its whole text, and name it in deployment.alerts.slackSecretArn.",
        );
  },
});

export const alarms = check<DeploymentView, Deployed, readonly AlarmFacts[]>({
  id: "alarms",
  title: "No alarm is ringing",
  ask: (view, { names }) => view.ringing(`${names.stack("Pipeline")}-`),
  judge: (ringing, { names }) => {
    // The stage's name at the end: the default stage's prefix begins others' too.
    const others = names.namespace === "" ? /^Trailwatch-Pipeline-[a-z]/ : /^$/;
    const ours = ringing.filter(({ name }) => !others.test(name));
    if (ours.length === 0) return ok("none");
    return wrong(
      `${counted(ours.length, "alarm")}: ${ours.map(({ name, description }) => description || name).join(" ")}`,
      "Each says what it is about; the CloudWatch dashboard of the deployment shows the numbers behind them.",
    );
  },
});
