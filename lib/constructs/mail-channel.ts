import { Arn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  ConfigurationSet,
  ConfigurationSetEventDestination,
  EmailIdentity,
  EmailSendingEvent,
  EventDestination,
  type IConfigurationSet,
  Identity,
} from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { acknowledgeWildcard } from '../wildcards.ts';
import type { TaskwardenFunction } from './taskwarden-function.ts';
import type { WorkQueue } from './work-queue.ts';

/** The events of SES that change what is known of a mail or of an address. */
const REPORTED = [
  EmailSendingEvent.DELIVERY,
  EmailSendingEvent.BOUNCE,
  EmailSendingEvent.COMPLAINT,
  EmailSendingEvent.REJECT,
  EmailSendingEvent.RENDERING_FAILURE,
  EmailSendingEvent.DELIVERY_DELAY,
];

/**
 * The identity mail is sent as, and the way of what becomes of it: SES to a topic to the mail-events queue.
 */
export class MailChannel extends Construct {
  readonly events: Topic;
  readonly configurationSet: IConfigurationSet;
  private readonly config: Config;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly config: Config; readonly mailEvents: WorkQueue },
  ) {
    super(scope, id);
    this.config = props.config;
    this.events = new Topic(this, 'Events', { enforceSSL: true });
    this.events.addSubscription(
      new SqsSubscription(props.mailEvents.queue, { deadLetterQueue: props.mailEvents.deadLetters }),
    );
    this.configurationSet = this.makeConfigurationSet();
    new ConfigurationSetEventDestination(this, 'ToEvents', {
      configurationSet: this.configurationSet,
      destination: EventDestination.snsTopic(this.events),
      events: REPORTED,
    });
    this.makeIdentity();
  }

  /**
   * Allows a function to send mail as the sender, through the configuration set, and as nobody else. SES authorises
   * against the most specific identity of the sender (its address, a subdomain), and in the sandbox against that of the
   * recipient too, whichever the account has; what may not vary is the address that mail is from.
   */
  allowSending(sender: TaskwardenFunction): void {
    const sending = new Policy(this, 'Send', {
      statements: [
        new PolicyStatement({
          actions: ['ses:SendRawEmail'],
          resources: [
            this.arn('identity', '*'),
            this.arn('configuration-set', this.configurationSet.configurationSetName),
          ],
          conditions: { StringEquals: { 'ses:FromAddress': this.config.sender } },
        }),
      ],
    });
    acknowledgeWildcard(
      sending,
      'Resource::arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*',
      'SES picks the identity that it authorises against; the condition ses:FromAddress allows the one sender alone',
    );
    sending.attachToRole(sender.role);
    this.allowAsking(sender);
  }

  /** A probe asks whether the account may send; both questions take no resource. */
  private allowAsking(sender: TaskwardenFunction): void {
    const asking = new Policy(this, 'AskAccount', {
      statements: [
        new PolicyStatement({
          actions: ['ses:GetAccountSendingEnabled', 'ses:GetSendQuota'],
          resources: ['*'],
        }),
      ],
    });
    acknowledgeWildcard(asking, 'Resource::*', 'both questions about the account take no resource');
    asking.attachToRole(sender.role);
  }

  private makeConfigurationSet(): IConfigurationSet {
    const existing = this.config.ses.configurationSet;
    return existing === null
      ? new ConfigurationSet(this, 'ConfigurationSet', { reputationMetrics: true })
      : ConfigurationSet.fromConfigurationSetName(this, 'ConfigurationSet', existing);
  }

  private makeIdentity(): void {
    const { stage, ses } = this.config;
    const { identity, createIdentity } = ses;
    if (!createIdentity) return;
    const made = new EmailIdentity(this, 'Identity', {
      identity: identity.includes('@') ? Identity.email(identity) : Identity.domain(identity),
    });
    // Its verification took DNS records and days, and other mail may be sent as it.
    made.applyRemovalPolicy(stage === 'local' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
  }

  private arn(resource: string, resourceName: string): string {
    return Arn.format({ service: 'ses', resource, resourceName }, Stack.of(this));
  }
}
