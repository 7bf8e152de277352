import type { Episode } from '../abandonment/task.ts';
import { type NewNotice, noticeWrites } from '../store/notices.ts';
import { factsAtEnd } from './evidence-of.ts';
import { type OpenTask, withEpisode } from './open-task.ts';
import type { Basis, OpenStep } from './transition.ts';

/**
 * The mode went down: holders of a date learn that it does not hold, as many as one transaction takes; at `notify`
 * that stands for their warning.
 */
export function withdraw(
  record: OpenTask,
  { taskCase, room, now }: Basis,
  holders: readonly string[],
): OpenStep {
  const { task, open } = record;
  const facts = factsAtEnd(taskCase, open, 'policy');
  const isHolder = new Set(holders);
  const parts = Object.entries(open.told)
    .filter(([key]) => isHolder.has(key))
    .slice(0, room);
  const some = parts.map(([key]) => key);
  const isCut = some.length < holders.length;
  const pending = { notice: 'withdrawn', since: now, notBefore: now, facts } as const;
  const notices = parts.map(([key, { address }]): NewNotice => ({ key, address, pending }));
  const graceMode = isCut ? open.graceMode : taskCase.policy.mode;
  return {
    record: withEpisode(record, { graceMode, told: withoutDates(open, some) }),
    beside: noticeWrites(task.id, open.number, notices),
    told: some,
    isCut,
  };
}

/** Who was notified, without the dates of some and without the reminders of all. */
function withoutDates({ told }: Episode, keys: readonly string[]): Episode['told'] {
  return Object.fromEntries(
    Object.entries(told).map(([key, { reminder: _, ...rest }]) => [
      key,
      keys.includes(key) ? { ...rest, dated: false } : rest,
    ]),
  );
}
