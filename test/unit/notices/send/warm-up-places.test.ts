import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import type { Waiting } from '../../../../functions/notices/send/waiting.ts';
import {
  admitDelayed,
  isAdmitted,
  placesLeft,
  withAdmitted,
} from '../../../../functions/notices/send/warm-up-places.ts';
import { FleetView } from '../../../../functions/store/fleet-view.ts';
import { keys } from '../../../../functions/store/keys.ts';
import type { PendingNotice } from '../../../../functions/store/notices.ts';
import { loadWarmUpLimit, warmUpLimitWrite } from '../../../../functions/store/rate-limits.ts';
import {
  loadRecipient,
  newRecipient,
  type ReachableRecipient,
  recipientWrite,
} from '../../../../functions/store/recipients.ts';
import { scansWrite } from '../../../../functions/store/scans.ts';
import { refusing } from '../../store/refusing-table.ts';
import { START, workStage } from '../../work/stage.ts';
import { TOPIC } from './answer-stage.ts';

const ADDRESS = 'ana@acme.test';

function ana(more: Partial<ReachableRecipient> = {}): ReachableRecipient {
  return { ...newRecipient('ana', ADDRESS), ...more };
}

const runs = (...entries: [at: number, count: number][]) => ({
  runs: entries.map(([at, count]) => ({ at, count })),
  rev: 0,
});

describe('who was let be warned, or was warned, within a day', () => {
  it.each<[string, Partial<ReachableRecipient>, boolean]>([
    ['nobody', {}, false],
    ['let be warned a day ago less a moment', { admittedAt: START - DAY + 1 }, true],
    ['let be warned a day ago', { admittedAt: START - DAY }, false],
    ['warned a day ago less a moment', { lastWarnedAt: START - DAY + 1 }, true],
    ['warned a day ago', { lastWarnedAt: START - DAY }, false],
    ['let be warned long ago, and warned', { admittedAt: START - 9 * DAY, lastWarnedAt: START - HOUR }, true],
    ['warned long ago, and let be warned again', { admittedAt: START, lastWarnedAt: START - 9 * DAY }, true],
  ])('%s', (_what, more, admitted) => {
    expect(isAdmitted(ana(more), START)).toBe(admitted);
  });
});

describe('the places of a day', () => {
  it.each<[string, ReturnType<typeof runs>, number]>([
    ['are all left at first', runs(), 5],
    ['are fewer by all of the last day', runs([START - DAY + 1, 1], [START - HOUR, 2]), 2],
    ['are free again after a day', runs([START - DAY, 4], [START - HOUR, 2]), 3],
    ['are none once they are taken', runs([START - HOUR, 5]), 0],
    ['are none where the limit was lowered since', runs([START - HOUR, 9]), 0],
  ])('%s', (_what, record, left) => {
    expect(placesLeft(record, 5, START)).toBe(left);
  });

  it('are noted with those of the last day alone', () => {
    expect(withAdmitted(runs([START - DAY, 4], [START - HOUR, 2]), 3, START)).toEqual(
      runs([START - HOUR, 2], [START, 3]),
    );
  });

  it('are kept in 2,000 entries; the nearest are joined, at the later instant', () => {
    // Each ten seconds one, but for two that lie one apart.
    const entries = Array.from({ length: 2_000 }, (_, place): [number, number] => [
      START - HOUR * 6 + place * 10_000 - (place === 700 ? 9_000 : 0),
      place === 700 ? 3 : 2,
    ]);
    const after = withAdmitted(runs(...entries), 1, START).runs;
    expect(after).toHaveLength(2_000);
    const [at] = entries[700] ?? [];
    expect(after.slice(698, 701)).toEqual([
      { at: entries[698]?.[0], count: 2 },
      { at, count: 5 },
      { at: entries[701]?.[0], count: 2 },
    ]);
    expect(after.at(-1)).toEqual({ at: START, count: 1 });
    // No share of the day comes free earlier than it would.
    expect(after.reduce((sum, { count }) => sum + count, 0)).toBe(4_002);
  });
});

describe('a recipient whom the last scan gave no place because `digestEvery` delayed them', () => {
  /** Mailed so that the window opened at noon; the last scan was five minutes before, at the time of the warning. */
  const DELAYED = ana({ lastMailAt: START - HOUR });
  const SCANNED = START - 5 * MINUTE;

  function warning(more: Partial<PendingNotice> = {}, address = ADDRESS): Waiting {
    const pending = { notice: 'warning', since: SCANNED, notBefore: START, ...more } as PendingNotice;
    return { recipient: 'ana', address, task: 'acmeCo/a', episode: 1, pending };
  }

  async function admitted(
    recipient = DELAYED,
    pending: Waiting[] = [warning()],
    { claimed = SCANNED as number | null, taken = 0, rampPerDay = 2 } = {},
  ) {
    const stage = workStage();
    const scans = { claimed, leaseUntil: null, completedAt: claimed, gaps: [], rev: 0 };
    await stage.table.transact(
      [
        { put: { ...keys.policy(''), v: 1, document: { rampPerDay } } },
        scansWrite(scans),
        recipientWrite(recipient),
        ...(taken > 0 ? [warmUpLimitWrite(runs([START - HOUR, taken]))] : []),
      ],
      'test',
    );
    const read = (await loadRecipient(stage.table, 'ana')) as ReachableRecipient;
    const act = async () =>
      admitDelayed(stage.system, await FleetView.load(stage.table, START), read, pending, START);
    return { ...stage, read, act, stored: () => loadRecipient(stage.table, 'ana') };
  }

  it('takes a place, and is known to have it', async () => {
    const { act, stored, table } = await admitted();
    const after = await act();
    expect(after).toMatchObject({ admittedAt: START, lastMailAt: START - HOUR });
    expect(await stored()).toEqual(after);
    expect((await loadWarmUpLimit(table)).runs).toEqual([{ at: START, count: 1 }]);
  });

  it('takes the last place of the day', async () => {
    const { act, table } = await admitted(DELAYED, [warning()], { taken: 1 });
    expect((await act()).admittedAt).toBe(START);
    expect((await loadWarmUpLimit(table)).runs).toEqual([
      { at: START - HOUR, count: 1 },
      { at: START, count: 1 },
    ]);
  });

  it.each<[string, Parameters<typeof admitted>]>([
    ['there is no place', [DELAYED, [warning()], { taken: 2 }]],
    ['they have one', [ana({ lastMailAt: START - HOUR, admittedAt: START - HOUR })]],
    ['the window is not open yet', [ana({ lastMailAt: START - HOUR + 1 })]],
    ['the window was open when the last scan came', [ana({ lastMailAt: SCANNED - HOUR })]],
    ['no scan ever came', [DELAYED, [warning()], { claimed: null }]],
    ['the last scan did not know of the warning', [DELAYED, [warning({ since: SCANNED + 1 })]]],
    ['they are to be notified of something else', [DELAYED, [warning({ notice: 'overdue' })]]],
    ['the warning is one of a topic', [DELAYED, [warning({}, TOPIC)]]],
    ['nothing waits', [DELAYED, []]],
  ])('takes none where %s: the next scan decides', async (_what, inputs) => {
    const { act, read, rows } = await admitted(...inputs);
    const before = await rows({});
    expect(await act()).toEqual(read);
    expect(await rows({})).toEqual(before);
  });

  it('takes one for any of several warnings', async () => {
    const { act } = await admitted(DELAYED, [warning({ notice: 'overdue' }), warning()]);
    expect((await act()).admittedAt).toBe(START);
  });

  it('takes one where the window opened just after the last scan', async () => {
    const { act } = await admitted(ana({ lastMailAt: SCANNED - HOUR + 1 }));
    expect((await act()).admittedAt).toBe(START);
  });

  it('leaves it to the next scan where they change meanwhile', async () => {
    const { act, read, system, table, stored } = await admitted();
    await table.transact([recipientWrite({ ...read, declined: true })], 'another');
    expect(await act()).toEqual(read);
    expect(await stored()).toMatchObject({ declined: true, admittedAt: null });
    expect((await loadWarmUpLimit(system.table)).runs).toEqual([]);
  });

  it('takes one of what is left where others take places at the same time', async () => {
    const { act, system, table } = await admitted();
    const isWarmUpLimit = (writes: { put?: { sk: string } }[]) =>
      writes.some(({ put }) => put?.sk === keys.ramp().sk);
    system.table = refusing(system.table, isWarmUpLimit as never, { times: 7 });
    expect((await act()).admittedAt).toBe(START);
    expect((await loadWarmUpLimit(table)).runs).toEqual([{ at: START, count: 1 }]);
  });
});
