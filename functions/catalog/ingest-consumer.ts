import { noteEvent } from '../store/heard.ts';
import type { Consumer } from '../work/pipeline.ts';
import { type BusEvent, envelope } from './events.ts';
import { ingestEvent, isNewer } from './ingest.ts';
import { parseWith } from './schema-problems.ts';

/**
 * Works the events that EventBridge puts on the ingest queue. No state queues them again: the broker keeps
 * them.
 */
export const ingestConsumer: Consumer<BusEvent> = {
  queue: 'ingest',
  parse(body) {
    const parsed = parseWith(envelope, body);
    if (!parsed.ok) return { ok: false, reason: `no event: ${parsed.problems.join('; ')}`, newer: false };
    const { id, source, account, detail } = parsed.value;
    const detailType = parsed.value['detail-type'];
    if (isNewer(detail)) return { ok: false, reason: `${detailType} of a newer version`, newer: true };
    return { ok: true, message: { id, source, account, detailType, detail } };
  },
  nameOf: ({ detailType, source, id }) => `${detailType} ${id} of ${source}`,
  notAfter: () => undefined,
  queuedAgainFromState: false,
  restsOnTableAlone: true,
  async act(system, event) {
    const outcome = await ingestEvent(system, event);
    if (outcome.outcome === 'done' || outcome.outcome === 'skipped') await noteEvent(system);
    return outcome;
  },
};
