import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { OperatorChannel } from './ports.ts';
import { snsSubject } from './sns-subject.ts';

/** The operators' topic in SNS. */
export class AwsOperators implements OperatorChannel {
  readonly #client: SNSClient;
  readonly #topic: string;
  readonly #stage: string;

  constructor(client: SNSClient, topic: string, stage: string) {
    this.#client = client;
    this.#topic = topic;
    this.#stage = stage;
  }

  async tell(alert: { code: string; subject: string; detail: string }): Promise<void> {
    const subject = `Taskwarden ${this.#stage}: ${alert.code} ${alert.subject}`;
    await this.#client.send(
      new PublishCommand({
        TopicArn: this.#topic,
        Subject: snsSubject(subject),
        Message: `${alert.detail}\n\nCode: ${alert.code}\nAbout: ${alert.subject}\nStage: ${this.#stage}\n`,
        MessageAttributes: { code: { DataType: 'String', StringValue: alert.code } },
      }),
    );
  }
}
