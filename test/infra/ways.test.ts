import { describe, expect, test } from "@jest/globals";
import { everyOf, PARTS, roleStatements, statementsOf, templatesOf, text } from "./templates.ts";

const MANAGEMENT = "111122223333";
const VPC = {
  vpcId: "vpc-0a1b2c3d",
  availabilityZones: ["eu-west-1a", "eu-west-1b"],
  privateSubnetIds: ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
};
const BUCKET = {
  name: "org-logs",
  topicArn: "arn:aws:sns:eu-west-1:222233334444:new-logs",
  keyArn: "arn:aws:kms:eu-west-1:222233334444:key/k",
  prefix: "org/",
};

describe("from a delegated administrator", () => {
  const { State, Trail, Pipeline, Accounts } = templatesOf({ managementAccountId: MANAGEMENT });
  const trail = Trail.one("Custom::TrailwatchDelegatedTrail");

  test("the trail is made through CloudTrail's API, since CloudFormation cannot", () => {
    expect(Trail.of("AWS::CloudTrail::Trail")).toEqual([]);
    expect(text(trail.properties.Arn)).toContain(`:${MANAGEMENT}:trail/org-trail-trailwatch`);
    expect(trail.properties).toMatchObject({ Name: "org-trail-trailwatch", Insights: "false" });
    expect(JSON.parse(trail.properties.Selectors)).toEqual([
      { Name: "Management events", FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
    ]);
    expect(trail.dependsOn).toContain(Trail.one("Custom::TrailwatchOrganizationCheck").id);
    expect(trail.dependsOn).toContain(Trail.one("AWS::S3::BucketPolicy").id);
  });

  test("bucket and key let in the trail of the management account", () => {
    const policy = text(Trail.one("AWS::S3::BucketPolicy").properties.PolicyDocument);
    expect(policy).toContain(`:${MANAGEMENT}:trail/org-trail-trailwatch`);
    expect(policy).toContain(`/AWSLogs/${MANAGEMENT}/*`);
    expect(text(State.one("AWS::KMS::Key").properties.KeyPolicy)).toContain(`:${MANAGEMENT}:trail/`);
  });

  test("the trail writes streams of both accounts and of the organization", () => {
    const [write] = roleStatements(Trail, Trail.one("AWS::IAM::Role", ({ id }) => id.startsWith("LogsRole")).id);
    expect(text(write?.resources)).toContain(`log-stream:${MANAGEMENT}_*`);
    expect(text(write?.resources)).toMatch(/log-stream:",\{"Ref":"AWS::AccountId"\}/);
    expect(text(write?.resources)).toMatch(/log-stream:",\{"Fn::GetAtt":\["Check\w+","OrganizationId"\]\}/);
  });

  test("StackSets are called as what it is, and the role comes to this account with them", () => {
    expect(Accounts.one("AWS::CloudFormation::StackSet").properties.CallAs).toBe("DELEGATED_ADMIN");
    expect(Accounts.of("AWS::IAM::Role")).toEqual([]);
  });

  test("Cost Explorer is asked for this account only", () => {
    const connector = Pipeline.one(
      "AWS::Lambda::Function",
      ({ properties }) => properties.FunctionName === "QBusinessConnectorFunction",
    );
    expect(connector.properties.Environment.Variables.COST_EXPLORER).toBe("account");
  });

  test("the check is told whose account the organization's is", () => {
    expect(Trail.one("Custom::TrailwatchOrganizationCheck").properties.ManagementAccountId).toBe(MANAGEMENT);
  });

  test("of the management account itself it is not one", () => {
    const env = { account: MANAGEMENT, region: "eu-west-1" };
    const own = templatesOf({ managementAccountId: MANAGEMENT }, env);
    expect(own.Trail.of("AWS::CloudTrail::Trail")).toHaveLength(1);
    expect(own.Accounts.one("AWS::CloudFormation::StackSet").properties.CallAs).toBe("SELF");
  });
});

describe("a single account", () => {
  const templates = templatesOf({ mode: "single-account" });
  const { Trail, Pipeline, Accounts } = templates;

  test("has a trail of its own, and no organization", () => {
    const trail = Trail.one("AWS::CloudTrail::Trail").properties;
    expect(trail).toMatchObject({ IsOrganizationTrail: false, TrailName: "account-trail-trailwatch" });
    expect(Trail.one("Custom::TrailwatchOrganizationCheck").properties.Organization).toBe("false");
    expect(Accounts.of("AWS::CloudFormation::StackSet")).toEqual([]);
    expect(Accounts.of("AWS::IAM::Role")).toHaveLength(1);
    expect(text(Pipeline.of("AWS::Lambda::Function"))).not.toContain("DirectorySnapshot");
    expect(text(Object.values(templates).map(({ body }) => body))).not.toContain("OrganizationId");
  });
});

describe("events of a trail that is there", () => {
  test("from its log group: no trail is made", () => {
    const { Trail, Pipeline } = templatesOf({ trail: { logGroup: "aws-controltower/CloudTrailLogs" } });
    expect(Trail.of("AWS::CloudTrail::Trail")).toEqual([]);
    expect(Trail.of("AWS::S3::Bucket")).toEqual([]);
    expect(Trail.one("Custom::TrailwatchOrganizationCheck").properties.NewTrail).toBe("false");
    const filter = Pipeline.one("AWS::Logs::SubscriptionFilter").properties;
    expect(filter.LogGroupName).toBe("aws-controltower/CloudTrailLogs");
    expect(Trail.of("AWS::Events::Rule")).toEqual([]);
  });

  test.each(["org-trail", "arn:aws:cloudtrail:eu-west-1:555566667777:trail/org-trail"])(
    "where it is named (%s), whoever stops it is told of, in the account that owns it",
    (name) => {
      const trail = { logGroup: "org-trail-logs", name };
      const rule = templatesOf({ trail }).Trail.one("AWS::Events::Rule").properties;
      const [{ requestParameters }] = rule.EventPattern.detail.$or;
      expect(requestParameters.name).toHaveLength(2);
      expect(requestParameters.name[0]).toBe("org-trail");
      expect(text(requestParameters.name[1])).toContain(":trail/org-trail");
      expect(templatesOf({ trail, managementAccountId: MANAGEMENT }).Trail.of("AWS::Events::Rule")).toEqual([]);
    },
  );

  describe("from its bucket", () => {
    const { State, Trail, Pipeline } = templatesOf({ trail: { bucket: BUCKET } });
    const [files, givenUp] = ["TrailFilesQueue", "TrailFilesGivenUp"].map((prefix) =>
      Pipeline.one("AWS::SQS::Queue", ({ id }) => id.startsWith(prefix)),
    );

    test("its topic fills a queue, which feeds the ingest a few files at a time", () => {
      expect(Trail.of("AWS::CloudTrail::Trail")).toEqual([]);
      expect(Pipeline.of("AWS::Logs::SubscriptionFilter")).toEqual([]);
      const subscription = Pipeline.one("AWS::SNS::Subscription", ({ properties }) => properties.Protocol === "sqs");
      expect(subscription.properties).toMatchObject({ TopicArn: BUCKET.topicArn, RawMessageDelivery: true });
      const mapping = Pipeline.one(
        "AWS::Lambda::EventSourceMapping",
        ({ properties }) => text(properties.EventSourceArn) === text({ "Fn::GetAtt": [files?.id, "Arn"] }),
      );
      expect(mapping.properties).toMatchObject({
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        ScalingConfig: { MaximumConcurrency: 10 },
      });
    });

    test("what is given up five times lies in another queue, for a fortnight, with an alarm, and Redrive knows it", () => {
      expect(files?.properties.RedrivePolicy).toEqual({
        deadLetterTargetArn: { "Fn::GetAtt": [givenUp?.id, "Arn"] },
        maxReceiveCount: 5,
      });
      // Lambda wants six times the function's own time.
      expect(files?.properties.VisibilityTimeout).toBe(6 * 300);
      expect(givenUp?.properties.MessageRetentionPeriod).toBe(14 * 86_400);
      const alarm = Pipeline.one("AWS::CloudWatch::Alarm", ({ id }) => id.startsWith("AlarmsFilesGivenUp")).properties;
      expect(text(alarm)).toContain(`["${givenUp?.id}","QueueName"]`);
      expect(alarm.AlarmDescription).toContain("trailwatch replay --queue");
      const redrive = Pipeline.one(
        "AWS::Lambda::Function",
        ({ properties }) => properties.FunctionName === "RedriveFunction",
      );
      expect(redrive.properties.Environment.Variables).toMatchObject({
        FAILURE_QUEUE_URLS: { Ref: givenUp?.id },
        TRAIL_BUCKET: "org-logs",
        TRAIL_PREFIX: "org/",
        LOG_GROUP_NAME: "",
      });
    });

    test("the ingest reads its files and their key, and the topic of another account may use ours", () => {
      const ingest = Pipeline.one("AWS::IAM::Role", ({ id }) => id.startsWith("MultiAccountLogsRole"));
      const statements = text(roleStatements(Pipeline, ingest.id));
      expect(statements).toContain(":s3:::org-logs/org/AWSLogs/*");
      expect(statements).toContain(BUCKET.keyArn);
      const keyPolicy = statementsOf(State.one("AWS::KMS::Key").properties.KeyPolicy);
      expect(text(keyPolicy.filter(({ principal }) => principal.Service === "sns.amazonaws.com"))).toContain(
        `{"ArnEquals":{"aws:SourceArn":"${BUCKET.topicArn}"}}`,
      );
    });
  });
});

describe("through Kinesis", () => {
  test("a log group of this account writes to a stream, which keeps what is not taken", () => {
    const { Pipeline } = templatesOf({ kinesis: { enabled: true } });
    const stream = Pipeline.one("AWS::Kinesis::Stream");
    expect(stream.properties).toMatchObject({
      StreamModeDetails: { StreamMode: "ON_DEMAND" },
      RetentionPeriodHours: 72,
      StreamEncryption: { EncryptionType: "KMS" },
    });
    const filter = Pipeline.one("AWS::Logs::SubscriptionFilter").properties;
    expect(filter).toMatchObject({ FilterPattern: "", Distribution: "Random" });
    expect(text(filter.DestinationArn)).toContain(stream.id);
    const mapping = Pipeline.one("AWS::Lambda::EventSourceMapping", ({ id }) => id.startsWith("Stream"));
    expect(mapping.properties).toMatchObject({
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MaximumRecordAgeInSeconds: 72 * 3600,
    });
    expect(text(mapping.properties.DestinationConfig.OnFailure.Destination)).toContain("Data666C94C7Arn");
  });

  test.each([168, 169, 8760])("a stream may keep records for %d hours, and Lambda tries them for a week", (hours) => {
    const { Pipeline } = templatesOf({ kinesis: { enabled: true, retentionHours: hours } });
    expect(Pipeline.one("AWS::Kinesis::Stream").properties.RetentionPeriodHours).toBe(hours);
    const mapping = Pipeline.one("AWS::Lambda::EventSourceMapping", ({ id }) => id.startsWith("Stream"));
    expect(mapping.properties.MaximumRecordAgeInSeconds).toBe(168 * 3600);
  });

  test("a log group of another account writes to a destination; the command to run there is an output", () => {
    const { Pipeline } = templatesOf({
      managementAccountId: MANAGEMENT,
      trail: { logGroup: "org-trail" },
      kinesis: { enabled: true, logGroupAccountId: MANAGEMENT, shards: 8 },
    });
    expect(Pipeline.one("AWS::Kinesis::Stream").properties.ShardCount).toBe(8);
    expect(Pipeline.of("AWS::Logs::SubscriptionFilter")).toEqual([]);
    const destination = Pipeline.one("AWS::Logs::Destination").properties;
    expect(text(destination.DestinationPolicy)).toContain(`:iam::${MANAGEMENT}:root`);
    const [command] = Object.entries(Pipeline.body.Outputs).filter(([id]) => id.includes("SubscribeCommand"));
    expect(text(command)).toMatch(
      /put-subscription-filter --log-group-name 'org-trail'.*destination:trailwatch-events/,
    );
  });
});

describe("what is brought along", () => {
  test("a domain: none is made, and the role that it has to know is an output", () => {
    const domain = {
      endpoint: "https://search-logs.eu-west-1.es.amazonaws.com",
      arn: "arn:aws:es:eu-west-1:555566667777:domain/logs",
    };
    const { Search, Pipeline } = templatesOf({ domain });
    expect(Search.of("AWS::OpenSearchService::Domain")).toEqual([]);
    expect(Search.of("AWS::Cognito::UserPool")).toEqual([]);
    expect(text(Search.body.Outputs.MapToAllAccess)).toContain("ProvisionerRole");
    for (const { properties } of Pipeline.of("AWS::Lambda::Function")) {
      const { OPENSEARCH_ENDPOINT } = properties.Environment.Variables;
      expect([undefined, domain.endpoint]).toContain(OPENSEARCH_ENDPOINT);
    }
    expect(text(Pipeline.of("AWS::IAM::Policy"))).toContain(`${domain.arn}/*`);
    expect(text(Pipeline.of("AWS::CloudWatch::Alarm"))).not.toContain("AWS/ES");
  });

  test("a topic: alarms and incidents go there, by its key", () => {
    const alerts = {
      topicArn: "arn:aws:sns:eu-west-1:555566667777:security",
      topicKeyArn: "arn:aws:kms:eu-west-1:555566667777:key/k",
    };
    const { State, Pipeline } = templatesOf({ alerts });
    expect(State.of("AWS::SNS::Topic").map(({ properties }) => properties.TopicName)).toEqual(["trailwatch-bell"]);
    expect(State.one("AWS::SNS::Subscription").properties.TopicArn).toBe(alerts.topicArn);
    for (const { properties } of Pipeline.of("AWS::CloudWatch::Alarm")) {
      expect(properties.AlarmActions).toEqual([alerts.topicArn]);
    }
    const connector = Pipeline.one("AWS::IAM::Role", ({ id }) => id.startsWith("QBusinessConnectorRole"));
    const statements = roleStatements(Pipeline, connector.id);
    expect(statements.find(({ actions }) => actions.includes("sns:Publish"))?.resources).toEqual([alerts.topicArn]);
    expect(text(statements)).toContain(alerts.topicKeyArn);
  });

  test("a VPC: the domain is in it, and so is everything that talks to it", () => {
    const { Search, State, Pipeline } = templatesOf({ vpc: VPC, dashboards: { signIn: "none" } });
    const domain = Search.one("AWS::OpenSearchService::Domain").properties;
    expect(domain.VPCOptions.SubnetIds).toEqual(VPC.privateSubnetIds);
    expect(domain.ClusterConfig.ZoneAwarenessConfig.AvailabilityZoneCount).toBe(2);
    for (const { properties } of [...Pipeline.of("AWS::Lambda::Function"), ...Search.of("AWS::Lambda::Function")]) {
      const talksToDomain = "OPENSEARCH_ENDPOINT" in properties.Environment.Variables;
      expect(properties.VpcConfig?.SubnetIds).toEqual(talksToDomain ? VPC.privateSubnetIds : undefined);
    }
    const rules = everyOf({ State } as never, "AWS::EC2::SecurityGroupIngress").map(({ properties }) => properties);
    expect(rules).toMatchObject([{ FromPort: 443, ToPort: 443, IpProtocol: "tcp" }]);
    expect(text(rules[0]?.SourceSecurityGroupId)).toContain("Functions");
    const outputs = Object.entries(State.body.Outputs).filter(([id]) => id.includes("SecurityGroup"));
    expect(text(outputs.find(([id]) => id.includes("DomainSecurityGroup")))).toMatch(/NetworkDomain\w+.*GroupId/);
    expect(text(outputs.find(([id]) => id.includes("FunctionsSecurityGroup")))).toMatch(/NetworkFunctions\w+.*GroupId/);
  });

  test("SAML: its metadata, its groups, and a policy that lets browsers in", () => {
    const dashboards = {
      signIn: "saml",
      samlMetadataFile: "m.xml",
      samlEntityId: "https://idp",
      administrators: "admins",
      readers: ["soc"],
    };
    const { Search, Pipeline } = templatesOf({ dashboards });
    const domain = Search.one("AWS::OpenSearchService::Domain").properties;
    expect(domain.AdvancedSecurityOptions.SAMLOptions).toMatchObject({
      Enabled: true,
      Idp: { EntityId: "https://idp", MetadataContent: "<EntityDescriptor/>" },
      MasterBackendRole: "admins",
      RolesKey: "Groups",
    });
    expect(domain.CognitoOptions).toBeUndefined();
    expect(statementsOf(domain.AccessPolicies)[0]?.principal).toEqual({ AWS: "*" });
    expect(Pipeline.one("Custom::TrailwatchOpenSearch").properties.Readers).toEqual(["soc"]);
  });
});

describe("what is otherwise than usual", () => {
  test("a stage has its name at the end of everything that has one, and in the indices", () => {
    const templates = templatesOf({ stage: "staging" });
    const names = [
      ...everyOf(templates, "AWS::Lambda::Function").map(({ properties }) => properties.FunctionName),
      ...everyOf(templates, "AWS::SNS::Topic").map(({ properties }) => properties.TopicName),
      ...everyOf(templates, "AWS::Scheduler::ScheduleGroup").map(({ properties }) => properties.Name),
      ...everyOf(templates, "AWS::CloudFormation::StackSet").map(({ properties }) => properties.StackSetName),
      ...everyOf(templates, "AWS::KMS::Alias").map(({ properties }) => properties.AliasName),
      ...everyOf(templates, "AWS::CloudWatch::Dashboard").map(({ properties }) => properties.DashboardName),
      ...everyOf(templates, "AWS::SSM::Parameter").map(({ properties }) => properties.Name),
      templates.Search.one("AWS::OpenSearchService::Domain").properties.DomainName,
      templates.Trail.one("AWS::CloudTrail::Trail").properties.TrailName,
      templates.Accounts.one("AWS::IAM::Role").properties.RoleName,
    ];
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) expect(name).toMatch(/-staging$/);
    const ingest = templates.Pipeline.of("AWS::Lambda::Function")[0]?.properties.Environment.Variables;
    expect(ingest).toMatchObject({ STAGE: "staging", OPENSEARCH_NAMESPACE: "staging-" });
    expect(text(templates.Pipeline.of("AWS::CloudWatch::Alarm"))).toContain('{"Name":"stage","Value":"staging"}');
  });

  test("two stages have no name in common", () => {
    const named = (templates: ReturnType<typeof templatesOf>): readonly string[] =>
      Object.values(templates)
        .flatMap(({ all }) => all)
        .flatMap(({ properties }) =>
          Object.entries(properties)
            .filter(([key, value]) => /Name$/.test(key) && typeof value === "string")
            .map(([key, value]) => `${key} ${value}`),
        )
        .filter((name) => /trailwatch|Function|AnomalyDetector/i.test(name) && !/PolicyName|MetricName/.test(name));
    const usual = named(templatesOf());
    expect(usual.length).toBeGreaterThan(30);
    const other = new Set(named(templatesOf({ stage: "b" })));
    expect(usual.filter((name) => other.has(name))).toEqual([]);
  });

  test("a boundary bounds every role", () => {
    const templates = templatesOf({ permissionsBoundary: "company-boundary" });
    const roles = everyOf(templates, "AWS::IAM::Role");
    for (const { id, properties } of roles) {
      expect(`${id} ${text(properties.PermissionsBoundary)}`).toContain(":policy/company-boundary");
    }
    const arn = "arn:aws:iam::111122223333:policy/b";
    const byArn = everyOf(templatesOf({ permissionsBoundary: arn }), "AWS::IAM::Role");
    expect(byArn.map(({ properties }) => properties.PermissionsBoundary)).toEqual(byArn.map(() => arn));
  });

  test.each([
    ["company-boundary", "company-boundary"],
    ["arn:aws:iam::111122223333:policy/teams/b", "teams/b"],
  ])("so it does in the accounts, where %s is a policy of theirs", (permissionsBoundary, name) => {
    const body = text(
      templatesOf({ permissionsBoundary }).Accounts.one("AWS::CloudFormation::StackSet").properties.TemplateBody,
    );
    expect(body).toContain(
      `PermissionsBoundary\\":{\\"Fn::Join\\":[\\"\\",[\\"arn:\\",{\\"Ref\\":\\"AWS::Partition\\"},\\":iam::\\",{\\"Ref\\":\\"AWS::AccountId\\"},\\":policy/${name}\\"]]}`,
    );
  });

  test("a boundary of AWS is the same everywhere, and without one none is named", () => {
    const bodyOf = (deployment: object): string =>
      text(templatesOf(deployment).Accounts.one("AWS::CloudFormation::StackSet").properties.TemplateBody);
    const permissionsBoundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    expect(bodyOf({ permissionsBoundary })).toContain(`PermissionsBoundary\\":\\"${permissionsBoundary}\\"`);
    expect(bodyOf({})).not.toContain("PermissionsBoundary");
  });

  test("a qualifier of the bootstrap is asked for by every stack", () => {
    const templates = templatesOf({ bootstrapQualifier: "watch" });
    for (const part of PARTS) {
      expect(templates[part].body.Parameters.BootstrapVersion.Default).toBe("/cdk-bootstrap/watch/version");
    }
  });

  test("data goes with the deployment where somebody says so", () => {
    const templates = templatesOf({ retention: { removeDataOnDestroy: true, terminationProtection: false } });
    for (const type of ["AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::OpenSearchService::Domain", "AWS::S3::Bucket"]) {
      for (const { deletionPolicy } of everyOf(templates, type)) expect(deletionPolicy).toBe("Delete");
    }
    expect(PARTS.filter((part) => templates[part].terminationProtection)).toEqual([]);
    expect(everyOf(templates, "Custom::S3AutoDeleteObjects")).toHaveLength(3);
  });

  test("the role of the accounts is laid where it is wanted, by an external id of one's own", () => {
    const readRole = { externalId: "ours-123", organizationalUnits: ["ou-ab12-11111111"], makeHere: false };
    const { State, Accounts } = templatesOf({ readRole });
    expect(State.one("AWS::SSM::Parameter").properties.Value).toBe("ours-123");
    expect(Accounts.of("AWS::IAM::Role")).toEqual([]);
    const [group] = Accounts.one("AWS::CloudFormation::StackSet").properties.StackInstancesGroup;
    expect(group.DeploymentTargets.OrganizationalUnitIds).toEqual(["ou-ab12-11111111"]);
  });

  test("without one the external id is a part of the stack's own", () => {
    expect(templatesOf().State.one("AWS::SSM::Parameter").properties.Value).toEqual({
      "Fn::Select": [2, { "Fn::Split": ["/", { Ref: "AWS::StackId" }] }],
    });
  });

  test("data events leave out what works on them; Insights are asked for", () => {
    const { Trail } = templatesOf({ trail: { insights: true, dataEvents: { lambda: true, s3: true } } });
    const trail = Trail.one("AWS::CloudTrail::Trail").properties;
    const [, lambda, s3] = trail.AdvancedEventSelectors;
    for (const name of ["MultiAccountLogsFunction", "UsageRollupFunction", "QBusinessConnectorFunction"]) {
      expect(text(lambda.FieldSelectors[2].NotStartsWith)).toContain(`function:${name}`);
    }
    expect(text(s3.FieldSelectors[2].NotStartsWith)).toMatch(/Bucket\w+.*Data\w+.*AccessLogs/);
    expect(trail.InsightSelectors).toHaveLength(2);
    const some = templatesOf({
      trail: { dataEvents: { s3: true, s3Prefixes: ["arn:aws:s3:::pay", "arn:aws:s3:::a/b"] } },
    });
    const [, objects] = some.Trail.one("AWS::CloudTrail::Trail").properties.AdvancedEventSelectors;
    expect(objects.FieldSelectors[2].StartsWith).toEqual(["arn:aws:s3:::pay/", "arn:aws:s3:::a/b"]);
  });

  test("without the analysis of costs nobody asks what things cost", () => {
    const { Pipeline } = templatesOf({ environment: { ENABLE_COST_ANALYSIS: false } });
    expect(text(Pipeline.of("AWS::IAM::Policy"))).not.toContain("ce:GetCostAndUsage");
  });

  test.each(["small", "medium", "large"] as const)("%s has nodes, storage and bounds of its own", (size) => {
    const { Search, Pipeline } = templatesOf({ size });
    const { ClusterConfig, EBSOptions } = Search.one("AWS::OpenSearchService::Domain").properties;
    const bound = Pipeline.one("AWS::Lambda::Function", ({ id }) => id.startsWith("MultiAccountLogs")).properties;
    expect({
      nodes: `${ClusterConfig.InstanceCount} ${ClusterConfig.InstanceType}`,
      masters: ClusterConfig.DedicatedMasterEnabled ? ClusterConfig.DedicatedMasterCount : 0,
      storage: EBSOptions.VolumeSize,
      bound: bound.ReservedConcurrentExecutions,
    }).toEqual(
      {
        small: { nodes: "3 m7g.large.search", masters: 0, storage: 100, bound: 10 },
        medium: { nodes: "3 r7g.xlarge.search", masters: 3, storage: 400, bound: 30 },
        large: { nodes: "6 r7g.2xlarge.search", masters: 3, storage: 1000, bound: 100 },
      }[size],
    );
  });
});
