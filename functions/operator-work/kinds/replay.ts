import { type EndedEvent, replayEnded } from '../../operators/webhook-replay.ts';
import type { System } from '../../platform/system.ts';
import type { WorkItem } from '../../store/operator-work.ts';
import type { ItemAnswer, WorkKind } from '../kind.ts';

/** Sends webhooks again what ended: an item is an event, `of` its webhook, its place there and when it ended. */
export const replayKind: WorkKind = {
  name: 'replay',
  async work(system: System, item: WorkItem): Promise<ItemAnswer> {
    const ended = endedEventOf(item);
    if (!ended) return { outcome: 'failed', why: 'its webhook is not named' };
    const replayed = await replayEnded(system, ended);
    if (replayed === 'replayed') return { outcome: 'done' };
    if (replayed === 'removed') return { outcome: 'skipped', why: 'its webhook is removed' };
    return { outcome: 'failed', why: 'its history ended meanwhile' };
  },
};

/** An event as an item of a bulk command. */
export function replayItem({ webhook, event, seq, endedAt }: EndedEvent): WorkItem {
  return { id: event, of: `${webhook} ${seq} ${endedAt}` };
}

function endedEventOf({ id: event, of = '' }: WorkItem): EndedEvent | undefined {
  const [, webhook, seq, endedAt] = /^(\S+) (\d+) (\d+)$/.exec(of) ?? [];
  if (webhook === undefined) return undefined;
  return { webhook, event, seq: Number(seq), endedAt: Number(endedAt) };
}
