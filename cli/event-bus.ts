import { setTimeout as pause } from 'node:timers/promises';
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventEntry } from '../functions/catalog/event-entries.ts';

/** An entry with the name it speaks under. */
export type SourcedEntry = EventEntry & { source: string };

/** An entry that EventBridge did not take, and why. */
export interface NotTaken {
  row: number;
  code: string;
  message: string;
}

/** Where events of owning systems are put. */
export interface EventBus {
  /** Puts them in their order, and names those that were not taken; the others were. */
  put(entries: readonly SourcedEntry[]): Promise<NotTaken[]>;
}

/** Of one call of `PutEvents`. */
const MOST_ENTRIES = 10;
const MOST_BYTES = 1_000_000;

/** What may be taken when it is put again. */
const PASSING = ['ThrottlingException', 'InternalFailure', 'InternalException'];
const PAUSES_MS = [200, 1_000];

/** The bus of a stage. */
export class AwsEventBus implements EventBus {
  readonly #client: Pick<EventBridgeClient, 'send'>;
  readonly #bus: string;

  constructor(client: Pick<EventBridgeClient, 'send'>, bus: string) {
    this.#client = client;
    this.#bus = bus;
  }

  async put(entries: readonly SourcedEntry[]): Promise<NotTaken[]> {
    const notTaken: NotTaken[] = [];
    for (const batch of batchesOf(entries)) notTaken.push(...(await this.#putBatch(batch)));
    return notTaken;
  }

  /** Puts again what may be taken a moment later. */
  async #putBatch(batch: readonly SourcedEntry[]): Promise<NotTaken[]> {
    let notTaken = await this.#putOnce(batch);
    for (const ms of PAUSES_MS) {
      const again = batch.filter(({ row }) =>
        notTaken.some((refusal) => refusal.row === row && PASSING.includes(refusal.code)),
      );
      if (again.length === 0) break;
      await pause(ms);
      const others = notTaken.filter(({ code }) => !PASSING.includes(code));
      notTaken = [...others, ...(await this.#putOnce(again))];
    }
    return notTaken;
  }

  async #putOnce(batch: readonly SourcedEntry[]): Promise<NotTaken[]> {
    const Entries = batch.map(({ source, detailType, detail }) => ({
      EventBusName: this.#bus,
      Source: source,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
    }));
    const { Entries: results = [] } = await this.#client.send(new PutEventsCommand({ Entries }));
    return batch.flatMap(({ row }, place) => {
      const { ErrorCode: code, ErrorMessage: message = '' } = results[place] ?? {};
      return code === undefined ? [] : [{ row, code, message }];
    });
  }
}

/** As many entries together as one call takes. */
function batchesOf(entries: readonly SourcedEntry[]): SourcedEntry[][] {
  const batches: SourcedEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(JSON.stringify(entry));
    const last = batches.at(-1);
    if (last && last.length < MOST_ENTRIES && bytes + size <= MOST_BYTES) {
      last.push(entry);
      bytes += size;
    } else {
      batches.push([entry]);
      bytes = size;
    }
  }
  return batches;
}
