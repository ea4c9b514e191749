import { describe, expect, test } from "@jest/globals";
import { EXPIRING_BLOBS } from "#adapters/dynamodb/tables.ts";
import { every, everyOf, PARTS, roleStatements, statementsOf, templatesOf, text } from "./templates.ts";

const templates = templatesOf();
const { State, Trail, Search, Pipeline, Accounts } = templates;

const FUNCTIONS = [
  "MultiAccountLogsFunction",
  "UsageRollupFunction",
  "CrossAccountAnomalyProcessorFunction",
  "QBusinessConnectorFunction",
  "DirectorySnapshotFunction",
  "RedriveFunction",
  "OpenSearchProvisionerFunction",
  "OrganizationCheckFunction",
];

describe("names that runbooks know", () => {
  test("functions, and log groups of the stack's own that are called after them", () => {
    const names = everyOf(templates, "AWS::Lambda::Function").map(({ properties }) => properties.FunctionName);
    expect(names.toSorted()).toEqual(FUNCTIONS.toSorted());
    const groups = everyOf(templates, "AWS::Logs::LogGroup").map(({ properties }) => properties.LogGroupName);
    for (const name of FUNCTIONS) expect(groups).toContain(`/aws/lambda/${name}`);
    for (const { properties } of everyOf(templates, "AWS::Lambda::Function")) {
      expect(properties.LoggingConfig.LogGroup.Ref).toMatch(/Logs/);
    }
  });

  test("the trail, the role in the accounts, the domain", () => {
    expect(Trail.one("AWS::CloudTrail::Trail").properties.TrailName).toBe("org-trail-trailwatch");
    expect(Accounts.one("AWS::IAM::Role").properties.RoleName).toBe("AnomalyDetectorReadRole");
    expect(Search.one("AWS::OpenSearchService::Domain").properties.DomainName).toBe("trailwatch");
  });

  test("environment variables", () => {
    const { Variables } = Pipeline.one(
      "AWS::Lambda::Function",
      ({ properties }) => properties.FunctionName === "QBusinessConnectorFunction",
    ).properties.Environment;
    expect(Variables).toMatchObject({
      ENABLE_ACCOUNT_ENRICHMENT: "true",
      ENABLE_ORG_CONTEXT: "true",
      ENABLE_COST_ANALYSIS: "true",
      ENABLE_ROOT_CAUSE_ANALYSIS: "true",
      SYNC_INTERVAL_MINUTES: "15",
      ANOMALY_EVAL_MINUTES: "80",
      COST_EXPLORER: "organization",
    });
    expect(Object.keys(Variables)).toContain("ORGANIZATION_ID");
    expect(Object.keys(Variables).filter((name) => name.startsWith("Q_"))).toEqual([]);
  });
});

test.each(PARTS)("%s takes the bare parameter, and says what becomes of it", (part) => {
  const { body } = templates[part];
  expect(body.Parameters.opensearchalertemail).toMatchObject({ Type: "String", Default: "" });
  const { Parameters, ...rest } = body;
  expect(text(rest)).toContain('{"Ref":"opensearchalertemail"}');
});

test("the address of the parameter gets e-mail, where there is one", () => {
  const mail = State.one("AWS::SNS::Subscription");
  expect(mail.properties).toMatchObject({ Protocol: "email", Endpoint: { Ref: "opensearchalertemail" } });
  expect(State.body.Conditions[mail.condition ?? ""]).toEqual({
    "Fn::Not": [{ "Fn::Equals": [{ Ref: "opensearchalertemail" }, ""] }],
  });
});

describe("encryption", () => {
  const key = '"PublishOutputFnGetAttEncryptionKey|"EncryptionKey';

  test("everything that keeps something does it with the one key", () => {
    const places: Readonly<Record<string, (properties: Record<string, unknown>) => unknown>> = {
      "AWS::DynamoDB::Table": ({ SSESpecification }) => SSESpecification,
      "AWS::SQS::Queue": ({ KmsMasterKeyId }) => KmsMasterKeyId,
      "AWS::SNS::Topic": ({ KmsMasterKeyId }) => KmsMasterKeyId,
      "AWS::Logs::LogGroup": ({ KmsKeyId }) => KmsKeyId,
      "AWS::Lambda::Function": ({ KmsKeyArn }) => KmsKeyArn,
      "AWS::CloudTrail::Trail": ({ KMSKeyId }) => KMSKeyId,
      "AWS::OpenSearchService::Domain": ({ EncryptionAtRestOptions }) => EncryptionAtRestOptions,
      "AWS::S3::Bucket": ({ BucketEncryption }) => BucketEncryption,
    };
    for (const [type, place] of Object.entries(places)) {
      const resources = everyOf(templates, type).filter(({ id }) => !id.startsWith("AccessLogs"));
      expect(resources.length).toBeGreaterThan(0);
      for (const { properties } of resources) expect(text(place(properties))).toMatch(new RegExp(key));
    }
    expect(everyOf(templates, "AWS::KMS::Key")).toHaveLength(1);
  });

  test("the key turns once a year, and lets each service do its part for this account only", () => {
    const { properties } = State.one("AWS::KMS::Key");
    expect(properties.EnableKeyRotation).toBe(true);
    const services = statementsOf(properties.KeyPolicy).filter(({ principal }) => principal.Service);
    const names = services.map(({ principal }) => text(principal.Service)).join();
    for (const service of ["sns", "cloudwatch", "events", "cloudtrail", "logs"]) expect(names).toContain(service);
    for (const { condition } of services) {
      expect(text(condition)).toMatch(/aws:SourceAccount|aws:SourceArn|kms:EncryptionContext/);
    }
  });

  test("nothing is sent in the clear", () => {
    for (const type of ["AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"]) {
      for (const { properties } of everyOf(templates, type)) {
        const denials = statementsOf(properties.PolicyDocument).filter(({ effect }) => effect === "Deny");
        expect(text(denials)).toContain('"aws:SecureTransport":"false"');
      }
    }
    expect(everyOf(templates, "AWS::S3::BucketPolicy")).toHaveLength(everyOf(templates, "AWS::S3::Bucket").length);
    expect(everyOf(templates, "AWS::SNS::TopicPolicy")).toHaveLength(everyOf(templates, "AWS::SNS::Topic").length);
  });

  test("buckets are nobody else's, and keep older versions", () => {
    for (const { properties } of everyOf(templates, "AWS::S3::Bucket")) {
      expect(Object.values(properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
      expect(properties.VersioningConfiguration.Status).toBe("Enabled");
    }
  });
});

describe("the trail", () => {
  const { properties, dependsOn } = Trail.one("AWS::CloudTrail::Trail");

  test("is the organization's, in every region, with validation, to a log group and a bucket", () => {
    expect(properties).toMatchObject({
      IsLogging: true,
      IsOrganizationTrail: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EnableLogFileValidation: true,
    });
    expect(properties.CloudWatchLogsLogGroupArn["Fn::GetAtt"][0]).toBe(Trail.one("AWS::Logs::LogGroup", isTrails).id);
    expect(Trail.one("AWS::Logs::LogGroup", isTrails).properties.RetentionInDays).toBe(14);
  });

  const isTrails = ({ id }: { id: string }): boolean => id.startsWith("LogsLogGroup");

  test("has all management events, and nothing that costs more", () => {
    expect(properties.AdvancedEventSelectors).toEqual([
      { Name: "Management events", FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
    ]);
    expect(properties.EventSelectors).toBeUndefined();
    expect(properties.InsightSelectors).toBeUndefined();
  });

  test("is made when the organization has been looked at, and the bucket lets it in", () => {
    const check = Trail.one("Custom::TrailwatchOrganizationCheck");
    expect(check.properties).toMatchObject({ Organization: "true", NewTrail: "true", AllowSecondTrail: "false" });
    expect(dependsOn).toContain(check.id);
    const bucketPolicy = Trail.one("AWS::S3::BucketPolicy");
    expect(dependsOn).toContain(bucketPolicy.id);
    const [write] = statementsOf(bucketPolicy.properties.PolicyDocument).filter(({ actions }) =>
      actions.includes("s3:PutObject"),
    );
    expect(text(write?.resources)).toMatch(/AWSLogs.*OrganizationId.*AWSLogs.*AWS::AccountId/);
    expect(text(write?.condition)).toContain("trail/org-trail-trailwatch");
  });

  test("whoever stops it is told of without it", () => {
    const rule = Trail.one("AWS::Events::Rule").properties;
    expect(rule.EventPattern.detail.eventName).toContain("StopLogging");
    expect(text(rule.Targets[0].Arn)).toContain("Alerts");
  });

  test("feeds the ingest with every event", () => {
    const filter = Pipeline.one("AWS::Logs::SubscriptionFilter").properties;
    expect(filter.FilterPattern).toBe("");
    expect(text(filter.DestinationArn)).toContain("MultiAccountLogsFunction");
  });
});

describe("nothing is lost", () => {
  test("what is invoked and not waited for is tried three times, then kept in the data bucket", () => {
    const kept = Pipeline.of("AWS::Lambda::EventInvokeConfig").map(({ properties }) => properties);
    expect(kept.map(({ FunctionName }) => FunctionName.Ref.replace(/Function[0-9A-F]{8}$/, "")).toSorted()).toEqual([
      "CrossAccountAnomalyProcessor",
      "DirectorySnapshot",
      "MultiAccountLogs",
      "QBusinessConnector",
      "UsageRollup",
    ]);
    for (const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } of kept) {
      expect({ MaximumRetryAttempts, MaximumEventAgeInSeconds }).toEqual({
        MaximumRetryAttempts: 2,
        MaximumEventAgeInSeconds: 21_600,
      });
      expect(text(DestinationConfig.OnFailure.Destination)).toContain("Data666C94C7Arn");
    }
  });

  test("the incidents' stream rings the connector, and what fails of it is kept", () => {
    const mapping = Pipeline.one("AWS::Lambda::EventSourceMapping").properties;
    expect(text(mapping.EventSourceArn)).toContain("StreamArn");
    expect(text(mapping.DestinationConfig.OnFailure.Destination)).toContain("Data666C94C7Arn");
    expect(mapping.FilterCriteria.Filters[0].Pattern).toContain("unsaidSince");
    expect(State.one("AWS::DynamoDB::Table", ({ id }) => id.startsWith("Incidents")).properties).toMatchObject({
      StreamSpecification: { StreamViewType: "NEW_IMAGE" },
    });
  });

  test("bells and schedules that cannot be delivered lie in a queue", () => {
    const bell = Pipeline.one("AWS::SNS::Subscription").properties;
    expect(bell.Protocol).toBe("lambda");
    expect(text(bell.RedrivePolicy)).toContain("Missed");
    for (const { properties } of Pipeline.of("AWS::Scheduler::Schedule")) {
      expect(text(properties.Target.DeadLetterConfig.Arn)).toContain("Missed");
    }
  });

  test("who is called how often", () => {
    const rates = Pipeline.of("AWS::Scheduler::Schedule").map(({ properties }) => [
      properties.Name,
      properties.ScheduleExpression,
    ]);
    expect(Object.fromEntries(rates)).toEqual({
      UsageRollupFunction: "rate(1 minute)",
      CrossAccountAnomalyProcessorFunction: "rate(1 minute)",
      QBusinessConnectorFunction: "rate(5 minutes)",
      DirectorySnapshotFunction: "rate(15 minutes)",
      OpenSearchProvisionerFunction: "rate(60 minutes)",
    });
  });
});

describe("what is kept", () => {
  test("what holds history stays when the deployment is destroyed, and cannot be destroyed by mistake", () => {
    const types = [
      "AWS::DynamoDB::Table",
      "AWS::S3::Bucket",
      "AWS::KMS::Key",
      "AWS::OpenSearchService::Domain",
      "AWS::Cognito::UserPool",
    ];
    for (const type of types) {
      for (const { deletionPolicy } of everyOf(templates, type)) expect(deletionPolicy).toBe("Retain");
    }
    expect(PARTS.filter((part) => templates[part].terminationProtection)).toEqual(["State", "Trail", "Search"]);
  });

  test("tables can be brought back to any second, and are not deleted by hand", () => {
    for (const { properties } of State.of("AWS::DynamoDB::Table")) {
      expect(properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(true);
      expect(properties.DeletionProtectionEnabled).toBe(true);
      expect(properties.TimeToLiveSpecification).toEqual({ AttributeName: "expiresAt", Enabled: true });
    }
  });

  test("every log group ends somewhere", () => {
    for (const { properties } of everyOf(templates, "AWS::Logs::LogGroup")) {
      expect(properties.RetentionInDays).toBeGreaterThan(0);
    }
  });

  test("the trail's files for 400 days, failed batches for 30", () => {
    const rules = (resource: { readonly properties: Record<string, never> }): readonly Record<string, unknown>[] =>
      (resource.properties as Record<string, Record<string, never>>)["LifecycleConfiguration"]?.["Rules"] ?? [];
    expect(rules(Trail.one("AWS::S3::Bucket"))).toContainEqual(
      expect.objectContaining({ Prefix: "AWSLogs/", ExpirationInDays: 400 }),
    );
    const data = State.one("AWS::S3::Bucket", ({ id }) => id.startsWith("Data"));
    expect(rules(data)).toContainEqual(expect.objectContaining({ Prefix: "failed/", ExpirationInDays: 30 }));
    expect(rules(data)).toContainEqual(expect.objectContaining({ Prefix: "aws/lambda/", ExpirationInDays: 30 }));
    // Later than any item that names one is deleted by its table: 400 days.
    for (const { prefix, days } of EXPIRING_BLOBS) {
      expect(rules(data)).toContainEqual(expect.objectContaining({ Prefix: prefix, ExpirationInDays: days }));
    }
  });
});

describe("alarms", () => {
  const alarms = Pipeline.of("AWS::CloudWatch::Alarm").map(({ id, properties }) => ({ id, ...properties }));
  const alarm = (prefix: string) => {
    const found = alarms.filter(({ id }) => id.startsWith(`Alarms${prefix}`));
    if (found.length !== 1) throw new Error(`${found.length} alarms begin with ${prefix}`);
    return found[0];
  };

  test("all go to the topic of incidents", () => {
    expect(alarms.length).toBeGreaterThan(30);
    for (const { AlarmActions } of alarms) expect(text(AlarmActions)).toContain("Alerts");
  });

  test("silence is an alarm, of events and of detection", () => {
    for (const [prefix, metric] of [
      ["EventsSilent", "RecordsRead"],
      ["DetectionSilent", "RollUps"],
    ] as const) {
      expect(alarm(prefix)).toMatchObject({
        Namespace: "Trailwatch",
        MetricName: metric,
        Dimensions: [{ Name: "stage", Value: "default" }],
        TreatMissingData: "breaching",
        EvaluationPeriods: 12,
        ComparisonOperator: "LessThanOrEqualToThreshold",
        Threshold: 0,
      });
    }
  });

  test("every function of the pipeline is watched for errors, and for what it gave up", () => {
    for (const name of FUNCTIONS.slice(0, 6).map((full) => full.replace("Function", ""))) {
      expect(alarm(`${name}Errors`)).toMatchObject({ MetricName: "Errors", Namespace: "AWS/Lambda" });
      if (name === "Redrive") continue;
      expect(alarm(`${name}Dropped`)).toMatchObject({ MetricName: "AsyncEventsDropped", Threshold: 1 });
      expect(alarm(`${name}Unkept`)).toMatchObject({ MetricName: "DestinationDeliveryFailures", Threshold: 1 });
    }
  });

  test("so are the queue of what was missed, and the cluster", () => {
    expect(alarm("MissedGivenUp")).toMatchObject({ MetricName: "ApproximateNumberOfMessagesVisible", Threshold: 1 });
    expect(alarm("MissedGivenUp")["AlarmDescription"]).toMatch(/nothing has to be given again.*purge/);
    expect(alarm("ProvisionerErrors")).toMatchObject({ MetricName: "Errors", Period: 3600, Threshold: 3 });
    expect(alarm("ClusterRed")).toMatchObject({ Namespace: "AWS/ES", MetricName: "ClusterStatus.red", Threshold: 1 });
    expect(alarm("StorageLow")).toMatchObject({ Threshold: 20_480, ComparisonOperator: "LessThanOrEqualToThreshold" });
  });

  test("a page of CloudWatch shows all of it", () => {
    const body = text(Pipeline.one("AWS::CloudWatch::Dashboard").properties.DashboardBody);
    for (const metric of ["RecordsRead", "IndexDelay", "PageDelay", "OwnSpendMicroUsd", "DirectoryAge", "RollUpAge"]) {
      expect(body).toContain(metric);
    }
  });
});

describe("the domain", () => {
  const { properties } = Search.one("AWS::OpenSearchService::Domain");

  test("is the newest, three nodes in three zones", () => {
    expect(properties.EngineVersion).toBe("OpenSearch_3.7");
    expect(properties.ClusterConfig).toMatchObject({
      InstanceCount: 3,
      InstanceType: "m7g.large.search",
      ZoneAwarenessEnabled: true,
      ZoneAwarenessConfig: { AvailabilityZoneCount: 3 },
    });
    expect(properties.EBSOptions).toEqual({ EBSEnabled: true, VolumeType: "gp3", VolumeSize: 100 });
  });

  test("is asked for no option that its engine does not know", () => {
    expect(Object.keys(properties.AdvancedOptions)).toEqual(["rest.action.multi.allow_explicit_index"]);
  });

  test("is encrypted on disk, between nodes and to the outside, by TLS 1.2 at least", () => {
    expect(properties).toMatchObject({
      EncryptionAtRestOptions: { Enabled: true },
      NodeToNodeEncryptionOptions: { Enabled: true },
      DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: expect.stringContaining("TLS-1-2") },
    });
  });

  test("has fine-grained access control, whose master is the provisioner", () => {
    const { AdvancedSecurityOptions, AccessPolicies } = properties;
    expect(AdvancedSecurityOptions).toMatchObject({ Enabled: true, InternalUserDatabaseEnabled: false });
    expect(text(AdvancedSecurityOptions.MasterUserOptions)).toContain("ProvisionerRole");
    const [statement, ...others] = statementsOf(AccessPolicies);
    expect(others).toEqual([]);
    expect(text(statement?.principal)).toContain(":root");
  });

  test("people sign in through Cognito, by invitation and with a second factor", () => {
    expect(properties.CognitoOptions.Enabled).toBe(true);
    expect(Search.one("AWS::Cognito::UserPool").properties).toMatchObject({
      MfaConfiguration: "ON",
      EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    });
    expect(Search.one("AWS::Cognito::IdentityPool").properties.AllowUnauthenticatedIdentities).toBe(false);
  });

  test("its logs are let in before it is made", () => {
    expect(Object.keys(properties.LogPublishingOptions).toSorted()).toEqual([
      "AUDIT_LOGS",
      "ES_APPLICATION_LOGS",
      "INDEX_SLOW_LOGS",
      "SEARCH_SLOW_LOGS",
    ]);
    expect(Search.one("AWS::OpenSearchService::Domain").dependsOn).toContain(
      Search.one("AWS::Logs::ResourcePolicy").id,
    );
  });

  test("is provisioned with the roles of functions and of people", () => {
    const resource = Pipeline.one("Custom::TrailwatchOpenSearch").properties;
    expect(resource.ConfigurationHash).toMatch(/^[0-9a-f]{64}$/);
    expect(text(resource.Writers)).toMatch(/MultiAccountLogs.*UsageRollup/);
    expect(text(resource.Processors)).toMatch(/CrossAccountAnomalyProcessor.*QBusinessConnector/);
    expect(text(resource.Readers)).toContain("DashboardsUserRole");
    expect(text(resource.BellRoleArn)).toContain("BellRole");
  });
});

describe("functions", () => {
  const functions = everyOf(templates, "AWS::Lambda::Function").map(({ properties }) => properties);

  test("run on a supported Node, on ARM, traced, with maps of their sources", () => {
    for (const { Runtime, Architectures, TracingConfig, Environment } of functions) {
      expect({ Runtime, Architectures, TracingConfig }).toEqual({
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        TracingConfig: { Mode: "Active" },
      });
      expect(Environment.Variables.NODE_OPTIONS).toBe("--enable-source-maps");
    }
  });

  test("the ingest is bounded, so that a slow cluster is not asked for more", () => {
    const bounds = functions.map(({ FunctionName, ReservedConcurrentExecutions }) => [
      FunctionName,
      ReservedConcurrentExecutions,
    ]);
    expect(Object.fromEntries(bounds)).toMatchObject({ MultiAccountLogsFunction: 10, UsageRollupFunction: undefined });
  });

  test("have no secret in their environment", () => {
    for (const { Environment } of functions) {
      for (const [name, value] of Object.entries(Environment.Variables)) {
        expect(`${name}=${text(value)}`).not.toMatch(/password|token|webhook|hooks\.slack|AKIA/i);
      }
    }
  });
});

describe("the role in the accounts", () => {
  const stackSet = Accounts.one("AWS::CloudFormation::StackSet").properties;

  test("comes to every account, also to those that join, and passes over those that have it", () => {
    expect(stackSet).toMatchObject({
      PermissionModel: "SERVICE_MANAGED",
      CallAs: "SELF",
      AutoDeployment: { Enabled: true },
      OperationPreferences: { FailureTolerancePercentage: 100 },
    });
    expect(text(stackSet.StackInstancesGroup)).toContain("RootId");
  });

  test("can be assumed by the connector with the external id only, and can only read", () => {
    const role = Accounts.one("AWS::IAM::Role").properties;
    const [trust] = statementsOf(role.AssumeRolePolicyDocument);
    expect(text(trust?.condition)).toMatch(/sts:ExternalId.*ExternalId.*aws:PrincipalArn.*QBusinessConnectorRole/);
    const [read, ...others] = statementsOf(role.Policies[0].PolicyDocument);
    expect(others).toEqual([]);
    for (const action of read?.actions ?? []) expect(action).toMatch(/^[a-z0-9]+:(Describe|Get)[A-Za-z]+$/);
    expect(text(stackSet.TemplateBody)).toContain("AnomalyDetectorReadRole");
  });
});

test("no policy of a role has an action with a wildcard, or somebody else's managed policy", () => {
  for (const { properties } of everyOf(templates, "AWS::IAM::Policy")) {
    for (const { actions } of statementsOf(properties.PolicyDocument)) expect(text(actions)).not.toContain("*");
  }
  for (const { properties } of everyOf(templates, "AWS::IAM::Role")) {
    expect(properties.ManagedPolicyArns).toBeUndefined();
  }
});

test("a function may do nothing with another's log group, nor with all of a bucket", () => {
  for (const { properties } of Pipeline.of("AWS::Lambda::Function")) {
    const role = properties.Role["Fn::GetAtt"][0];
    const statements = roleStatements(Pipeline, role);
    const logs = statements.filter(({ actions }) => actions.includes("logs:PutLogEvents"));
    expect(text(logs)).toContain(properties.LoggingConfig.LogGroup.Ref);
    for (const { actions, resources } of statements) {
      if (!actions.some((action) => /^s3:(Get|Put|Delete)Object/.test(action))) continue;
      for (const resource of resources) expect(text(resource)).toMatch(/\/[a-zA-Z/]+\/\*"/);
    }
  }
});

test("nothing is left to a role or function of the CDK's own", () => {
  expect(
    every(templates).filter(({ type }) => type.startsWith("Custom::") && !type.startsWith("Custom::Trailwatch")),
  ).toEqual([]);
});
