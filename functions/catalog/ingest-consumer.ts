import { cutToBytes } from '../platform/queue-text.ts';
import { recordable } from '../platform/recorded-text.ts';
import { parseEvent } from '../platform/schema-problems.ts';
import { noteEvent } from '../store/heard.ts';
import type { Consumer } from '../work/consumer.ts';
import { type BusEvent, envelope } from './events.ts';
import { ingestEvent, isKnownType } from './ingest.ts';
import { storeRefused } from './refused-events.ts';

/** In bytes; the name stands in a sort key (DynamoDB: 1,024 bytes) beside the ids of a queue and a message. */
const LONGEST_NAME = 512;

/**
 * Works the events that EventBridge puts on the ingest queue. No state queues them again: the broker keeps
 * them.
 */
export const ingestConsumer: Consumer<BusEvent> = {
  queue: 'ingest',
  parse(body) {
    const parsed = parseEvent(envelope, body);
    if (!parsed.ok) return { ok: false, reason: `no event: ${parsed.problems.join('; ')}`, newer: false };
    const { id, source, account, detail } = parsed.value;
    const detailType = parsed.value['detail-type'];
    return { ok: true, message: { id, source, account, detailType, detail } };
  },
  // Others write all three.
  nameOf: ({ detailType, source, id }) =>
    cutToBytes(
      recordable(`${isKnownType(detailType) ? detailType : 'unknown'} ${id} of ${source}`),
      LONGEST_NAME,
    ),
  notAfter: () => undefined,
  queuedAgainFromState: false,
  restsOnTableAlone: true,
  async act(system, event, { receiveCount }) {
    const outcome = await ingestEvent(system, event, receiveCount);
    if (outcome.outcome === 'done' || outcome.outcome === 'skipped') await noteEvent(system);
    await storeRefused(system);
    return outcome;
  },
};
