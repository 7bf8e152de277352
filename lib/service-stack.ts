import { Aws, Stack, type StackProps } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { Severity } from '../functions/platform/alarm-names.ts';
import { writtenBrand } from '../functions/platform/brand.ts';
import { isListed, writtenControlPlanes } from '../functions/platform/control-plane-settings.ts';
import {
  type Deployment,
  deploymentParameter,
  ENV,
  linkKeysParameter,
  SERVICES,
  type Service,
  webhookSecretParameter,
} from '../functions/platform/names.ts';
import {
  byQueue,
  byWorker,
  QUEUE_NAMES,
  QUEUES,
  type QueueName,
  queueUrlVariable,
} from '../functions/platform/queues.ts';
import { writtenRetention } from '../functions/platform/retention.ts';
import { addBreaker } from './breaker.ts';
import { type Config, sendLeaseSeconds } from './config.ts';
import { Alarms } from './constructs/alarms.ts';
import { EventsIntake } from './constructs/events-intake.ts';
import { GradualDeployment } from './constructs/gradual-deployment.ts';
import { MailChannel } from './constructs/mail-channel.ts';
import { OwnerPage } from './constructs/owner-page.ts';
import { QueueWorker } from './constructs/queue-worker.ts';
import { ScheduledFunction } from './constructs/scheduled-function.ts';
import type { TaskwardenFunction } from './constructs/taskwarden-function.ts';
import { WorkQueue } from './constructs/work-queue.ts';
import {
  ASKING_QUEUES,
  ControlPlaneAccess,
  controlPlaneCallers,
  KNOWING_QUEUES,
  networkOf,
} from './control-plane-access.ts';
import { Dashboards } from './dashboards.ts';
import { addOperatorPolicy } from './operator-policy.ts';
import { allowState, ownEvents, TABLE_USE } from './permissions.ts';
import { addServiceAlarms } from './service-alarms.ts';
import { requireParameterFits } from './sizes.ts';
import { acknowledgeWildcard, webhookSecretsFinding } from './wildcards.ts';

export interface ServiceStackProps extends StackProps {
  readonly config: Config;
  readonly table: TableV2;
  readonly operators: Topic;
  readonly alarmTopics: Readonly<Record<Severity, ITopic>>;
  /** Of the topics, for those who publish. */
  readonly topicKey: IKey | undefined;
}

/** The code: functions, queues, bus, mail and what watches them. */
export class ServiceStack extends Stack {
  private readonly config: Config;
  private readonly props: ServiceStackProps;
  private readonly queues: Record<QueueName, WorkQueue>;
  private readonly alarms: Alarms;
  private readonly intake: EventsIntake;
  private readonly mail: MailChannel;

  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, props);
    this.props = props;
    this.config = props.config;
    this.queues = byQueue((name) => new WorkQueue(this, `${idOf(name)}Queue`, this.config, name));
    const { stage } = this.config;
    this.alarms = new Alarms(this, 'Alarms', {
      stage,
      topics: props.alarmTopics,
      hasMetricMath: stage !== 'local',
    });
    this.intake = new EventsIntake(this, 'Events', { config: this.config, ingest: this.queues.ingest });
    this.mail = new MailChannel(this, 'Mail', {
      config: this.config,
      mailEvents: this.queues['mail-events'],
    });
    this.addFunctions();
    addServiceAlarms(this.alarms, {
      config: this.config,
      queues: this.queues,
      pages: props.alarmTopics.page,
    });
  }

  private addFunctions(): void {
    const environment = this.variables();
    const knowing = { ...environment, ...this.controlPlanesVariable() };
    const scan = new ScheduledFunction(this, 'Scanner', {
      config: this.config,
      service: 'scanner',
      entry: 'functions/scanner/scanner.handler.ts',
      environment: knowing,
      alarms: this.alarms,
      impact: 'nobody is warned, nothing is disabled, and the gap counts against no task.',
    });
    const { scheduled: scanner, scheduleName } = scan;
    const { config, alarms } = this;
    const ownerPage = new OwnerPage(this, 'OwnerPage', { config, environment: knowing, alarms });
    const toldBeside: Partial<Record<QueueName, Record<string, string>>> = {
      ingest: { [ENV.sources]: JSON.stringify(config.sources), [ENV.account]: Aws.ACCOUNT_ID },
      notify: {
        [ENV.linkBaseUrl]: ownerPage.baseUrl,
        [ENV.linkKeys]: linkKeysParameter(config.stage),
        ...(config.brand && { [ENV.brand]: writtenBrand(config.brand) }),
      },
    };
    const { allowHosts } = config.webhooks;
    if (allowHosts.length > 0) toldBeside.webhook = { [ENV.webhookHosts]: allowHosts.join(',') };
    if (config.controlPlanes.some(isListed))
      for (const name of ASKING_QUEUES)
        toldBeside[name] = {
          ...toldBeside[name],
          [ENV.controlPlaneCallers]: String(controlPlaneCallers(config)),
        };
    const toldOf = (name: QueueName) => (KNOWING_QUEUES.includes(name) ? knowing : environment);
    const queueWorkers = byQueue((name) => this.addWorker(name, { ...toldOf(name), ...toldBeside[name] }));
    const workers = byQueue((name) => queueWorkers[name].worker);
    const { table, operators } = this.props;
    const looks = addBreaker(this, {
      config: this.config,
      environment,
      alarms: this.alarms,
      workers: queueWorkers,
      queues: this.queues,
    });
    const breaker = looks.scheduled;
    const functions: Record<Service, TaskwardenFunction> = {
      scanner,
      breaker,
      'owner-page': ownerPage.page,
      ...byWorker((name) => workers[name]),
    };
    for (const service of SERVICES) allowState(functions[service], table, TABLE_USE[service]);
    const { stage, dashboards } = config;
    // Emulators draw none.
    if (dashboards && stage !== 'local')
      new Dashboards(this, 'Dashboards', { stage, alarms, functions, queues: this.queues, table });
    for (const sender of [scanner, breaker]) this.allowOperatorAlerts(sender);
    const { notify, disable, listing } = this.queues;
    // To all of them: a canary goes through each.
    const queueArns = QUEUE_NAMES.map((name) => this.queues[name].queue.queueArn);
    scanner.allow(['sqs:SendMessage'], queueArns);
    // A confirmation, which either of them may see first, puts `disabled` notices on their way.
    for (const worker of [workers.ingest, workers.disable])
      worker.allow(['sqs:SendMessage'], [notify.queue.queueArn]);
    // Each run of the lister sends the message that goes on from there.
    workers.listing.allow(['sqs:SendMessage'], [listing.queue.queueArn]);
    // An owner disables now, or enables again what was disabled.
    ownerPage.page.allow(['sqs:SendMessage'], [disable.queue.queueArn]);
    // The scanner asks owning systems to enable what an operator undoes.
    for (const fn of [scanner, workers.disable, ownerPage.page])
      fn.role.addToPolicy(ownEvents(this.intake.bus));
    const access = new ControlPlaneAccess(this, 'ControlPlanes', config);
    for (const name of ASKING_QUEUES) access.allow(name, workers[name]);
    // Each webhook's secret is a parameter of its own; it is read by nobody else, and written by operators.
    const webhookSecrets = this.formatArn({
      service: 'ssm',
      resource: 'parameter',
      resourceName: webhookSecretParameter(config.stage, '*').slice(1),
    });
    workers.webhook.allow(['ssm:GetParameter'], [webhookSecrets]);
    const named = 'each webhook has a parameter of its own, whose name is made with it';
    const finding = `Resource::${webhookSecretsFinding(config.stage)}`;
    acknowledgeWildcard(workers.webhook.role, finding, named);
    ownerPage.allowSigning(workers.notify);
    this.mail.allowSending(workers.notify);
    const gradual = Object.fromEntries(QUEUE_NAMES.map((name) => [idOf(QUEUES[name].worker), workers[name]]));
    new GradualDeployment(this, 'Deployments', {
      config,
      alarms,
      functions: { ...gradual, OwnerPage: ownerPage.page },
    });
    const { topics } = this.config.channels;
    if (topics.length > 0) workers.notify.allow(['sns:Publish'], topics);
    addOperatorPolicy(this, {
      config,
      table,
      operators,
      alarmTopics: this.props.alarmTopics,
      topicKey: this.props.topicKey,
      bus: this.intake.bus,
      scanner,
      schedule: scheduleName,
      mappings: QUEUE_NAMES.map((name) => queueWorkers[name].mapping),
      deadLetters: QUEUE_NAMES.map((name) => this.queues[name].deadLetters),
      ticks: [scan, looks].flatMap(({ deadLetters }) => [deadLetters.undelivered, deadLetters.failed]),
      work: QUEUE_NAMES.map((name) => this.queues[name].queue),
      webhookSecrets,
    });
    this.publishDeployment(
      {
        scanner: scanner.live.functionArn,
        ...byWorker((name) => workers[name].live.functionArn),
        breaker: breaker.live.functionArn,
      },
      queueWorkers,
      {
        linkBaseUrl: ownerPage.baseUrl,
        schedule: scheduleName,
        ticks: { ...ticksOf('scanner', scan), ...ticksOf('breaker', looks) },
      },
    );
  }

  /** To raise operator alerts; who publishes to an encrypted topic needs its key. */
  private allowOperatorAlerts(sender: TaskwardenFunction): void {
    const { operators, topicKey } = this.props;
    sender.allow(['sns:Publish'], [operators.topicArn]);
    if (topicKey) sender.allow(['kms:Decrypt', 'kms:GenerateDataKey'], [topicKey.keyArn]);
  }

  private addWorker(queueName: QueueName, environment: Record<string, string>) {
    const { config, alarms } = this;
    const queue = this.queues[queueName];
    return new QueueWorker(this, idOf(QUEUES[queueName].worker), {
      config,
      queueName,
      queue,
      environment,
      alarms,
      network: ASKING_QUEUES.includes(queueName) ? networkOf(config) : undefined,
    });
  }

  private controlPlanesVariable(): Record<string, string> {
    const { controlPlanes } = this.config;
    return controlPlanes.length > 0 ? { [ENV.controlPlanes]: writtenControlPlanes(controlPlanes) } : {};
  }

  private variables(): Record<string, string> {
    const { config } = this;
    const queueUrls = QUEUE_NAMES.map((name) => [queueUrlVariable(name), this.queues[name].queue.queueUrl]);
    return {
      [ENV.stage]: config.stage,
      [ENV.table]: this.props.table.tableName,
      [ENV.bus]: this.intake.bus.eventBusName,
      [ENV.operatorsTopic]: this.props.operators.topicArn,
      ...Object.fromEntries(queueUrls),
      [ENV.sender]: config.sender,
      [ENV.replyTo]: config.replyTo,
      [ENV.mailsPerSecond]: String(config.ses.mailsPerSecond / config.queues.notify.maxConcurrency),
      [ENV.contact]: config.contact,
      [ENV.configurationSet]: this.mail.configurationSet.configurationSetName,
      [ENV.controlPlane]: config.controlPlane,
      [ENV.modeCeiling]: config.modeCeiling,
      [ENV.allowedDomains]: (config.allowedDomains ?? []).join(','),
      [ENV.scanEvery]: String(config.scanEvery * 1_000),
      [ENV.gatherDisabled]: String(config.gatherDisabled * 1_000),
      [ENV.confirmWithin]: String(config.confirmWithin * 1_000),
      ...(config.canaries && { [ENV.canaries]: 'on' }),
      ...(Object.keys(config.retention).length > 0 && {
        [ENV.retention]: writtenRetention(config.retention),
      }),
      [ENV.sendLease]: String(sendLeaseSeconds(config.queues.notify) * 1_000),
      ...(config.demoClock && { [ENV.demoClock]: 'on' }),
    };
  }

  private publishDeployment(
    functions: Deployment['functions'],
    workers: Record<QueueName, QueueWorker>,
    places: Pick<Deployment, 'schedule' | 'ticks'> & { linkBaseUrl: string },
  ): void {
    const { config, queues } = this;
    const urls = (name: QueueName) => ({
      url: queues[name].queue.queueUrl,
      deadLetterUrl: queues[name].deadLetters.queueUrl,
      mapping: workers[name].mapping.eventSourceMappingId,
    });
    const deployment: Deployment = {
      version: 1,
      stage: config.stage,
      region: this.region,
      table: this.props.table.tableName,
      bus: this.intake.bus.eventBusName,
      operatorsTopic: this.props.operators.topicArn,
      alarmTopics: {
        page: this.props.alarmTopics.page.topicArn,
        ticket: this.props.alarmTopics.ticket.topicArn,
      },
      mailEventsTopic: this.mail.events.topicArn,
      configurationSet: this.mail.configurationSet.configurationSetName,
      sender: config.sender,
      ses: { identity: config.ses.identity, mailsPerSecond: config.ses.mailsPerSecond },
      canaries: config.canaries,
      contact: config.contact,
      controlPlane: config.controlPlane,
      controlPlanes: writtenControlPlanes(config.controlPlanes),
      modeCeiling: config.modeCeiling,
      allowedDomains: config.allowedDomains,
      topics: config.channels.topics,
      retention: writtenRetention(config.retention),
      webhookHosts: config.webhooks.allowHosts,
      scanEveryMs: config.scanEvery * 1_000,
      ...places,
      demoClock: config.demoClock,
      queues: byQueue(urls),
      functions,
    };
    const stringValue = this.toJsonString(deployment);
    requireParameterFits(this, config, JSON.stringify(deployment));
    new StringParameter(this, 'Deployment', {
      parameterName: deploymentParameter(config.stage),
      description: 'Where this stage of Taskwarden is; read by its command line',
      stringValue,
      // Above 4 KB, a parameter of the advanced tier; below, one that costs nothing.
      tier: ParameterTier.INTELLIGENT_TIERING,
    });
  }
}

/** Where the lost ticks of a function are, as the command line calls them. */
function ticksOf(service: Service, { deadLetters }: ScheduledFunction): Record<string, string> {
  const { undelivered, failed } = deadLetters;
  return { [`${service}-undelivered`]: undelivered.queueUrl, [`${service}-failed`]: failed.queueUrl };
}

/** `mail-events` as the logical ids have it: `MailEvents`. */
function idOf(name: string): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}
