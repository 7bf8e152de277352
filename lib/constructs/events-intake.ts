import { Aws, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { EventBus, type EventPattern, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { EVENT_SOURCE } from '../../functions/platform/names.ts';
import type { Config } from '../config.ts';
import { requireBusPolicyFits } from '../sizes.ts';
import type { WorkQueue } from './work-queue.ts';

/** How long what came in can be put on the bus again: as long as dead letters are kept. */
const ARCHIVED = Duration.days(14);

/**
 * The bus that control planes put their events on, and the way from it to the ingest queue. All events but
 * our own go there, from this account and those of the sources: whether a source may say what it says is judged, and a
 * refusal counted, by the code behind the queue. What went there can be replayed from an archive.
 */
export class EventsIntake extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, props: { readonly config: Config; readonly ingest: WorkQueue }) {
    super(scope, id);
    const { config, ingest } = props;
    this.bus = new EventBus(this, 'Bus', { description: 'What control planes tell Taskwarden, and it them' });
    const others = sourcesByAccount(config);
    const eventPattern: EventPattern = {
      source: Match.anythingBut(EVENT_SOURCE),
      account: [Aws.ACCOUNT_ID, ...others.keys()],
    };
    const toIngest = new Rule(this, 'ToIngest', {
      eventBus: this.bus,
      eventPattern,
      targets: [
        new SqsQueue(ingest.queue, {
          deadLetterQueue: ingest.deadLetters,
          maxEventAge: Duration.days(1),
          retryAttempts: 185,
        }),
      ],
    });
    this.letIn(config, others);
    this.nameOutputs();
    // Emulators keep no archives.
    if (config.stage !== 'local') this.archive(eventPattern, toIngest);
  }

  /** Lets other accounts put events on the bus, each under the names of its own sources alone. */
  private letIn(config: Config, others: ReadonlyMap<string, string[]>): void {
    const statements = [...others].map(
      ([account, names]) =>
        new PolicyStatement({
          sid: `SourcesOf${account}`,
          principals: [new AccountPrincipal(account)],
          actions: ['events:PutEvents'],
          resources: [this.bus.eventBusArn],
          conditions: { StringEquals: { 'events:source': names } },
        }),
    );
    requireBusPolicyFits(
      this,
      config,
      statements.map((statement) => statement.toStatementJson()),
    );
    for (const statement of statements) this.bus.addToResourcePolicy(statement);
  }

  /** Under names of the stack's own, for those who connect a system look for them. */
  private nameOutputs(): void {
    const stack = Stack.of(this);
    const { eventBusName, eventBusArn } = this.bus;
    new CfnOutput(stack, 'BusName', {
      value: eventBusName,
      description: 'The name of the bus that owning systems put events on, and are asked on',
    });
    new CfnOutput(stack, 'BusArn', {
      value: eventBusArn,
      description: 'The bus that owning systems put events on, and a replay too',
    });
  }

  private archive(eventPattern: EventPattern, toIngest: Rule): void {
    const archive = this.bus.archive('Archive', {
      description: 'What came in on the bus, to be replayed',
      eventPattern,
      retention: ARCHIVED,
    });
    const outputs = {
      ArchiveArn: [archive.archiveArn, 'The archive that a replay reads: 14 days of what came in'],
      IngestRuleArn: [toIngest.ruleArn, 'The rule that a replay is for'],
    } as const;
    for (const [name, [value, description]] of Object.entries(outputs))
      new CfnOutput(this, name, { value, description });
  }
}

/** The names of sources in other accounts, by account. */
function sourcesByAccount({ sources }: Config): Map<string, string[]> {
  const others = new Map<string, string[]>();
  for (const { name, account } of sources)
    if (account !== undefined) others.set(account, [...(others.get(account) ?? []), name]);
  return others;
}
