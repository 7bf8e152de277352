import {
  Annotations,
  App,
  type AppProps,
  CliCredentialsStackSynthesizer,
  DefaultStackSynthesizer,
  type IStackSynthesizer,
  Tags,
  Validations,
} from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Config } from './config.ts';
import { ServiceStack } from './service-stack.ts';
import { StateStack } from './state-stack.ts';

/** The CDK app of one stage: its state, its service, and cdk-nag over both. */
export class TaskwardenApp extends App {
  readonly state: StateStack;
  readonly service: ServiceStack;

  constructor(config: Config, props?: AppProps) {
    super(props);
    const prefix = `Taskwarden-${config.stage}`;
    const common = () => ({ config, synthesizer: synthesizerOf(config.stage) });
    this.state = new StateStack(this, `${prefix}-State`, {
      ...common(),
      description: `Taskwarden (${config.stage}): the table and the topics of operators`,
    });
    this.service = new ServiceStack(this, `${prefix}-Service`, {
      ...common(),
      description: `Taskwarden (${config.stage}): functions, queues, bus, mail and alarms`,
      table: this.state.table,
      operators: this.state.operators,
      alarmTopics: this.state.alarmTopics,
      topicKey: this.state.topicKey,
    });
    for (const warning of config.warnings) {
      Annotations.of(this.service).addWarningV2('taskwarden:older-key', warning);
    }
    Tags.of(this).add('taskwarden:stage', config.stage);
    Validations.of(this).addPlugins(new AwsSolutionsChecks(this));
  }
}

/** An emulator needs no bootstrap roles: assets go to the bucket by the caller's own credentials. */
function synthesizerOf(stage: string): IStackSynthesizer {
  const synthesizer =
    stage === 'local' ? new CliCredentialsStackSynthesizer() : new DefaultStackSynthesizer();
  return synthesizer as IStackSynthesizer;
}
