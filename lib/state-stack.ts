import { Aws, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { type Config, isDisposable } from './config.ts';

/**
 * The key attributes' prefixes of the generic indexes; CloudFormation changes one per update, so all come at
 * once.
 */
const INDEX_KEYS = ['g1', 'g2', 'g3'] as const;

/** What DynamoDB calls them: its names have at least three characters. */
export const INDEX_NAMES = INDEX_KEYS.map(indexName);

/** What outlives the code: the table, and the topic that operators hear on. */
export class StateStack extends Stack {
  readonly table: TableV2;
  readonly operators: Topic;

  constructor(scope: Construct, id: string, props: StackProps & { readonly config: Config }) {
    super(scope, id, { ...props, terminationProtection: !isDisposable(props.config.stage) });
    this.table = this.makeTable(props.config);
    this.operators = this.makeOperatorsTopic(props.config);
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

  private makeOperatorsTopic(config: Config): Topic {
    const topic = new Topic(this, 'Operators', { enforceSSL: true });
    // A topic with a policy of its own is closed to CloudWatch until it is let in: alarms would ring unheard.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    for (const address of config.alarmEmails) topic.addSubscription(new EmailSubscription(address));
    return topic;
  }
}

function indexName(key: string): string {
  return `${key}-index`;
}
