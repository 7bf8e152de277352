import { Aws, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Severity } from '../functions/platform/alarm-names.ts';
import { type Config, isDisposable } from './config.ts';

/**
 * The key attributes' prefixes of the generic indexes; CloudFormation changes one per update, so all come at
 * once.
 */
const INDEX_KEYS = ['g1', 'g2', 'g3'] as const;

/** What DynamoDB calls them: its names have at least three characters. */
export const INDEX_NAMES = INDEX_KEYS.map(indexName);

/** What outlives the code: the table, and the topics that operators hear on. */
export class StateStack extends Stack {
  readonly table: TableV2;
  readonly operators: Topic;
  /** Where alarms of each severity go. */
  readonly alarmTopics: Readonly<Record<Severity, ITopic>>;
  /** Of the topics that are made here. @default they have none */
  readonly topicKey: Key | undefined;

  constructor(scope: Construct, id: string, props: StackProps & { readonly config: Config }) {
    super(scope, id, { ...props, terminationProtection: !isDisposable(props.config.stage) });
    this.table = this.makeTable(props.config);
    this.topicKey = this.makeTopicKey(props.config);
    this.operators = this.makeTopic('Operators', props.config.alarmEmails);
    this.alarmTopics = this.makeAlarmTopics(props.config);
  }

  private makeTable(config: Config): TableV2 {
    const disposable = isDisposable(config.stage);
    const text = (name: string) => ({ name, type: AttributeType.STRING });
    return new TableV2(this, 'Table', {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billing: Billing.onDemand(),
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: !disposable,
      removalPolicy: disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      globalSecondaryIndexes: INDEX_KEYS.map((key) => ({
        indexName: indexName(key),
        partitionKey: text(`${key}pk`),
        sortKey: text(`${key}sk`),
        projectionType: ProjectionType.INCLUDE,
        nonKeyAttributes: ['p'],
      })),
    });
  }

  /** Of its own, for CloudWatch may not use the key that AWS keeps for SNS: an alarm would ring unheard. */
  private makeTopicKey({ stage, alarms }: Config): Key | undefined {
    if (!alarms.encrypted || stage === 'local') return undefined;
    const key = new Key(this, 'TopicKey', {
      description: `Taskwarden (${stage}): what operators are told`,
      enableKeyRotation: true,
      removalPolicy: isDisposable(stage) ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    key.addToResourcePolicy(
      new PolicyStatement({ ...fromAlarms(['kms:Decrypt', 'kms:GenerateDataKey*']), resources: ['*'] }),
    );
    return key;
  }

  private makeTopic(id: string, addresses: readonly string[]): Topic {
    const topic = new Topic(this, id, {
      enforceSSL: true,
      ...(this.topicKey && { masterKey: this.topicKey }),
    });
    // A topic with a policy of its own is closed to CloudWatch until it is let in: alarms would ring unheard.
    topic.addToResourcePolicy(
      new PolicyStatement({ ...fromAlarms(['sns:Publish']), resources: [topic.topicArn] }),
    );
    for (const address of addresses) topic.addSubscription(new EmailSubscription(address));
    return topic;
  }

  private makeAlarmTopics({ alarms, alarmEmails }: Config): Record<Severity, ITopic> {
    const { pageTopic, ticketTopic, pageEmails = alarmEmails } = alarms;
    return {
      page: pageTopic ? Topic.fromTopicArn(this, 'Pages', pageTopic) : this.makeTopic('Pages', pageEmails),
      ticket: ticketTopic ? Topic.fromTopicArn(this, 'Tickets', ticketTopic) : this.operators,
    };
  }
}

/** What CloudWatch may do for the alarms of this account, and of no other. */
function fromAlarms(actions: string[]) {
  return {
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions,
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  };
}

function indexName(key: string): string {
  return `${key}-index`;
}
