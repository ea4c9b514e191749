import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import type { Json } from "#adapters/opensearch/provisioning/meaning.ts";
import { parseConfig } from "#core/config/index.ts";

const webhook = "https://hooks.example.com/in?token=abc";
const alertingOf = (alerts: object, namespace = "") =>
  desiredState({ config: parseConfig({ opensearch: { alerts } }), namespace }).alerting;
const monitor = (alerts: object = {}): Json => alertingOf({ webhook, ...alerts })?.monitor.body;
const triggerOf = (body: Json): Json => body.triggers[0].bucket_level_trigger;

describe("the monitor", () => {
  test("finds its entities as the recorded one did that kept alerts of all", () => {
    const recorded: Json[] = JSON.parse(readFileSync("test/fixtures/opensearch-exchanges/alerting.json", "utf8"));
    const known = recorded.find(({ name }) => name === "create-bucket-level-nested-composite").request.body;
    const ours = monitor();
    expect(ours.monitor_type).toBe(known.monitor_type);
    expect(ours.inputs[0].search.query.aggregations).toEqual(known.inputs[0].search.query.aggregations);
    const { condition } = triggerOf(ours);
    expect(condition).toEqual(triggerOf(known).condition);
    const perAlert = triggerOf(known).actions[1];
    expect(triggerOf(ours).actions[0].action_execution_policy).toEqual(perAlert.action_execution_policy);
  });

  test("looks back as far as a window is judged late, and leaves out the warm-up", () => {
    const { indices, query } = monitor().inputs[0].search;
    expect(indices).toEqual(["opensearch-ad-plugin-result-trailwatch"]);
    expect(query.query.bool.filter).toEqual([
      { range: { data_end_time: { gte: "{{period_end}}||-40m", lte: "{{period_end}}", format: "epoch_millis" } } },
      { range: { anomaly_grade: { gt: 0.3 } } },
      { range: { confidence: { gt: 0 } } },
    ]);
  });

  test("is throttled for each alert", () => {
    expect(triggerOf(monitor({ throttleMinutes: 90 })).actions[0]).toMatchObject({
      throttle_enabled: true,
      throttle: { value: 90, unit: "MINUTES" },
    });
  });

  test("says who in JSON, whatever the entities are called", () => {
    const template: string = triggerOf(monitor()).actions[0].message_template.source;
    // Three braces would put the names in unescaped.
    expect(template).not.toContain("{{{");
    const message = JSON.parse(rendered(template, { newAlerts: ['1|a"b\\', "2|eu"], dedupedAlerts: [] }));
    expect(message).toEqual({
      source: "trailwatch",
      kind: "forest-bell",
      version: 1,
      namespace: "",
      monitor: "trailwatch-forest",
      results: "opensearch-ad-plugin-result-trailwatch",
      new: ['1|a"b\\', "2|eu", ""],
      ongoing: [""],
    });
  });
});

/** Sections and escaped variables, as the plugin's templates have them. */
const rendered = (template: string, alerts: Record<string, string[]>): string =>
  template.replace(/\{\{#ctx\.(\w+)\}\}(.*?)\{\{\/ctx\.\1\}\}/g, (_, list: string, inner: string) =>
    (alerts[list] ?? []).map((keys) => inner.replace("{{bucket_keys}}", JSON.stringify(keys).slice(1, -1))).join(""),
  );

describe("the channel", () => {
  test("leads to a topic, with the role that may publish", () => {
    const snsTopicArn = "arn:aws:sns:us-east-1:111111111111:bell";
    const snsRoleArn = "arn:aws:iam::111111111111:role/ring";
    const alerting = alertingOf({ snsTopicArn, snsRoleArn }, "a-");
    expect(alerting?.channel).toMatchObject({
      id: "a-trailwatch-sns",
      config: { config_type: "sns", is_enabled: true, sns: { topic_arn: snsTopicArn, role_arn: snsRoleArn } },
    });
    expect(triggerOf(alerting?.monitor.body as Json).actions[0].destination_id).toBe("a-trailwatch-sns");
  });

  test("leads to a webhook", () => {
    expect(alertingOf({ webhook })?.channel).toMatchObject({
      id: "trailwatch-webhook",
      config: { config_type: "webhook", webhook: { url: webhook } },
    });
  });

  test("without either there is no monitor", () => expect(alertingOf({})).toBeNull());

  test("a role without a topic is refused", () => {
    expect(() => alertingOf({ snsRoleArn: "arn:aws:iam::111111111111:role/ring" })).toThrow(/without snsTopicArn/);
  });
});
