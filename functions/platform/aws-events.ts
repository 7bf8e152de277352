import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE } from './names.ts';
import type { EventPublisher } from './ports.ts';

/** The bus in EventBridge. */
export class AwsEvents implements EventPublisher {
  readonly #client: EventBridgeClient;
  readonly #bus: string;

  constructor(client: EventBridgeClient, bus: string) {
    this.#client = client;
    this.#bus = bus;
  }

  async publish(detailType: string, detail: Record<string, unknown>): Promise<void> {
    const entry = {
      EventBusName: this.#bus,
      Source: EVENT_SOURCE,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
    };
    const { Entries: results = [] } = await this.#client.send(new PutEventsCommand({ Entries: [entry] }));
    const [result] = results;
    if (result?.ErrorCode)
      throw new Error(`the bus refused ${detailType}: ${result.ErrorCode} ${result.ErrorMessage}`);
  }
}
