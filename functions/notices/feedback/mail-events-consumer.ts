import type { Consumer } from '../../work/consumer.ts';
import { retryDelaySeconds } from '../../work/pipeline.ts';
import { type MailEvent, parseSesEvent } from '../ses/ses-events.ts';
import { recordMailEvent } from './mail-events.ts';

/** Works what SES says of mails: configuration-set events and identity notifications alike. */
export const mailEventsConsumer: Consumer<MailEvent[]> = {
  queue: 'mail-events',
  // With raw message delivery the test of a new event destination comes as bare text.
  readsText: true,
  parse(body) {
    const parsed = parseSesEvent(body);
    return parsed.ok
      ? { ok: true, message: parsed.events }
      : { ok: false, reason: parsed.reason, newer: false };
  },
  nameOf: (events) => `${events[0]?.kind ?? 'nothing'} ${events[0]?.messageId ?? ''}`,
  notAfter: () => undefined,
  queuedAgainFromState: false,
  restsOnTableAlone: true,
  async act(system, events, delivery) {
    const results = new Set<string>();
    for (const event of events) results.add(await recordMailEvent(system, event));
    if (results.has('unknown digest') && delivery.receiveCount < 3) {
      const delaySeconds = retryDelaySeconds(delivery.receiveCount, system.random.next());
      return { outcome: 'retry', reason: 'digest not known yet', delaySeconds, failed: false };
    }
    return results.has('recorded')
      ? { outcome: 'done', reason: 'recorded' }
      : { outcome: 'skipped', reason: [...results][0] ?? 'no event' };
  },
};
