import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { plainWordOf, unlinked } from './foreign-words.ts';
import type { OperatorAlert, OperatorChannel } from './ports.ts';
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

  async notify(alert: OperatorAlert, others: readonly OperatorAlert[] = []): Promise<void> {
    const { code } = alert;
    const alerts = [alert, ...others];
    const open = alerts.filter(({ isOver }) => !isOver);
    const over = alerts.filter(({ isOver }) => isOver);
    const meant = open.length > 0 ? open : over;
    const about = meant.length > 1 ? `(${meant.length})` : plainWordOf(alert.subject);
    const state = open.length > 0 ? 'open' : 'over';
    await this.#client.send(
      new PublishCommand({
        TopicArn: this.#topic,
        Subject: snsSubject(
          [`Taskwarden ${this.#stage}: ${code}${state === 'over' ? ' is over' : ''}`, about].join(' '),
        ),
        Message: `${[...partOf(open, 'of this code'), ...partOf(over, 'are over')].join('\n\n')}\n\nCode: ${code}\nStage: ${this.#stage}\n`,
        MessageAttributes: {
          code: { DataType: 'String', StringValue: code },
          state: { DataType: 'String', StringValue: state },
        },
      }),
    );
  }
}

/** So many of one code are written in full. */
const SAMPLE = 10;

function partOf(alerts: readonly OperatorAlert[], what: string): string[] {
  const sample = alerts.slice(0, SAMPLE).map(({ subject, detail }) => {
    return `${unlinked(detail)}\nAbout: "${unlinked(subject)}"`;
  });
  const left = alerts.length - sample.length;
  const count = alerts.length > 1 ? [`${alerts.length} ${what}:`] : [];
  return [...count, ...sample, ...(left > 0 ? [`And ${left} more.`] : [])];
}
