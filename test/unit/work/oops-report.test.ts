import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { resolveOops } from '../../../functions/operators/oops.ts';
import { listOops } from '../../../functions/store/oops.ts';
import { recordOops } from '../../../functions/work/oops.ts';
import { START, workStage } from './stage.ts';

/** A stage in which one kind of failure happens at instants after the start; gives why it was reported each time. */
function failing() {
  const stage = workStage();
  let now = START;
  const fail = async (at: number, version = '7') => {
    stage.pass(START + at - now);
    now = START + at;
    const before = stage.logged.length;
    const error = new Error('x');
    await recordOops(stage.system, { worker: 'notify', item: 'a', attempt: 1, cause: 'bug', error, version });
    const line = stage.logged.slice(before).find(({ message }) => message === 'failure reported');
    return line?.properties.why ?? null;
  };
  return { stage, fail };
}

describe('a kind of failure is reported', () => {
  it('at once where it is new, by a metric that an alarm hears, and not again as it goes on', async () => {
    const { stage, fail } = failing();
    expect(await fail(0)).toBe('new');
    expect(stage.count('FailureReported')).toBe(1);
    for (let hours = 1; hours < 48; hours += 1) expect(await fail(hours * HOUR)).toBe(null);
    expect(stage.count('FailureReported')).toBe(1);
  });

  it('with each new version of the code once, though two run at a time', async () => {
    const { fail } = failing();
    await fail(0);
    expect(await fail(MINUTE, '8')).toBe('new-version');
    expect(await fail(2 * MINUTE, '7')).toBe(null);
    expect(await fail(3 * MINUTE, '8')).toBe(null);
  });

  it('after a quiet week, and no sooner', async () => {
    const { fail } = failing();
    await fail(0);
    expect(await fail(7 * DAY - 1)).toBe(null);
    expect(await fail(14 * DAY - 1)).toBe('after-a-quiet-week');
  });

  it('when it comes back after it was resolved', async () => {
    const { stage, fail } = failing();
    await fail(0);
    const [kind] = await listOops(stage.table);
    await resolveOops(stage.system, kind!.fingerprint, 'olga');
    expect(await fail(HOUR)).toBe('came-back');
  });

  it('when its rate rises: at ten in an hour, and at four times what was reported', async () => {
    const { fail } = failing();
    const reported: number[] = [];
    for (let count = 1; count <= 170; count += 1)
      if ((await fail(count * 1_000)) !== null) reported.push(count);
    expect(reported).toEqual([1, 10, 40, 160]);
  });

  it('and a rate that stays is nothing new in the next hours, nor the morning after', async () => {
    const { fail } = failing();
    const ofHour = async (hour: number, many: number) => {
      const whys = new Set<unknown>();
      for (let count = 0; count < many; count += 1) whys.add(await fail(hour * HOUR + count * 1_000));
      return [...whys].filter((why) => why !== null);
    };
    expect(await ofHour(0, 20)).toEqual(['new', 'more-often']);
    expect(await ofHour(1, 20)).toEqual([]);
    expect(await ofHour(24, 20)).toEqual([]);
    expect(await ofHour(25, 80)).toEqual(['more-often']);
  });

  it('where its record cannot be stored', async () => {
    const { stage, fail } = failing();
    await fail(0);
    stage.breakTable(true);
    expect(await fail(MINUTE)).toBe('not-stored');
  });
});
