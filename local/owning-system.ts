import { PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { LocalStage } from './stage.ts';

/** The name under which `config/local.json` lets a system put events on the bus. */
export const SOURCE = 'demo.fleet';

/** EventBridge's limit of one call. */
const BATCH = 10;

/** One event of the system that owns the tasks. */
export interface FleetNews {
  detailType: string;
  detail: Record<string, unknown>;
  /** @default the registered one */
  source?: string;
}

/** Puts events on the stage's bus. Throws where the bus refuses one. */
export async function putOnBus({ aws, deployment }: LocalStage, news: readonly FleetNews[]): Promise<void> {
  for (let from = 0; from < news.length; from += BATCH) {
    const entries = news.slice(from, from + BATCH).map(
      ({ detailType, detail, source = SOURCE }): PutEventsRequestEntry => ({
        EventBusName: deployment.bus,
        Source: source,
        DetailType: detailType,
        Detail: JSON.stringify(detail),
      }),
    );
    const { FailedEntryCount = 0 } = await aws.eventBridge.send(new PutEventsCommand({ Entries: entries }));
    if (FailedEntryCount > 0) throw new Error(`the bus refused ${FailedEntryCount} events`);
  }
}
