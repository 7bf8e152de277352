import { describe, expect, it } from 'vitest';
import { DAY } from '../../../../functions/abandonment/time.ts';
import { METRIC } from '../../../../functions/platform/names.ts';
import { DEFAULT_RETENTION } from '../../../../functions/platform/retention.ts';
import { garbageGenerator } from '../../../../functions/scanner/generators/garbage.ts';
import { loadCounts } from '../../../../functions/store/counts.ts';
import { bucketOf } from '../../../../functions/store/keys.ts';
import { listingWrite, newListingRecord } from '../../../../functions/store/listings.ts';
import {
  newRecipient,
  type RecipientRecord,
  recipientWrite,
} from '../../../../functions/store/recipients.ts';
import type { Write } from '../../../../functions/store/table/table.port.ts';
import { newTaskRecord, type TaskRecord } from '../../../../functions/store/tasks.ts';
import { aTask } from '../../abandonment/decide-builders.ts';
import { aPlane, counted, START as NOW, only, type RunStage, runStage } from '../run-stage.ts';
import { givenUp } from '../stored-rows.ts';

const KEPT = DEFAULT_RETENTION;
const deleted = (id: string, deletedAt: number): TaskRecord =>
  newTaskRecord(aTask({ id, deletedAt, enabled: false }));
const mailed = (key: string, lastMailAt: number, more: Partial<RecipientRecord> = {}): Write =>
  recipientWrite({ ...newRecipient(key, `${key}@acme.test`), lastMailAt, ...more } as RecipientRecord);

const take = async (stage: RunStage, how = {}) => stage.take(garbageGenerator, await stage.begin(), how);
const left = async ({ rows }: RunStage, pk: string) =>
  (await rows({ pk })).map((row) => row.pk.slice(pk.length)).sort();
const collected = ({ measured }: RunStage) =>
  Object.fromEntries(
    measured
      .filter(({ name }) => name === METRIC.rowsCollected)
      .map(({ value, properties }) => [(properties as { kind: string }).kind, value]),
  );

describe('what ended long ago', () => {
  it('is collected, kind by kind, and said how much it was; what is younger stays', async () => {
    const stage = runStage();
    await stage.planes(aPlane('eu-1'), aPlane('us-1'));
    await stage.tasks(
      deleted('acmeCo/old', NOW - KEPT.tasks),
      deleted('acmeCo/older', NOW - KEPT.tasks - DAY),
      deleted('acmeCo/young', NOW - KEPT.tasks + 1),
      newTaskRecord(aTask({ id: 'acmeCo/there' })),
    );
    await stage.write(
      mailed('old', NOW - KEPT.recipients),
      mailed('young', NOW - KEPT.recipients + 1),
      mailed('dead', NOW - KEPT.recipients, { dead: { reason: 'bounce', at: 0 } }),
      counted('us-1', 'gone', { eligible: 0, alive: 0 }),
      listingWrite(newListingRecord('left', NOW - KEPT.listings)),
      listingWrite(newListingRecord('young', NOW - KEPT.listings + 1)),
      givenUp({ queue: 'notify', item: 'nobody' }, { at: NOW - KEPT.markers, version: 1 }),
      givenUp({ queue: 'notify', item: 'young' }, { at: NOW - KEPT.markers + 1, version: 1 }),
    );
    expect(await take(stage)).toMatchObject({ cursor: null, worked: 6 });
    expect(await left(stage, 'T#')).toEqual(['acmeCo/there', 'acmeCo/young']);
    expect(await left(stage, 'R#')).toEqual(['dead', 'young']);
    expect(await loadCounts(stage.table, 'us-1')).toEqual([]);
    expect((await stage.rows({ pk: 'LISTINGS' })).map(({ sk }) => sk)).toEqual(['young']);
    expect((await stage.rows({ pk: 'GIVEN-UP' })).map(({ sk }) => sk)).toEqual(['notify#young']);
    const kinds = { tasks: 2, recipients: 1, counters: 1, listings: 1, markers: 1 };
    expect(collected(stage)).toEqual(kinds);
    expect(stage.measured.every(({ unit }) => unit === 'Count')).toBe(true);
    expect(stage.logged).toEqual([{ level: 'info', message: 'garbage collected', properties: kinds }]);
  });

  it('is nothing: then nothing is said, and it is asked for more and more seldom', async () => {
    const stage = runStage();
    expect(await take(stage)).toMatchObject({ cursor: null, worked: 0 });
    expect([stage.measured, stage.logged, stage.writes]).toEqual([[], [], []]);
    expect(garbageGenerator).toMatchObject({ band: 'garbage', everySeconds: 86_400, mostSeconds: 691_200 });
  });

  it('is kept for as long as is configured', async () => {
    const stage = runStage({ retention: { ...KEPT, tasks: 2 * DAY } });
    await stage.tasks(deleted('acmeCo/old', NOW - 2 * DAY), deleted('acmeCo/young', NOW - 2 * DAY + 1));
    await take(stage);
    expect(await left(stage, 'T#')).toEqual(['acmeCo/young']);
  });

  it('that is given up stays while it is wanted', async () => {
    const stage = runStage();
    await stage.tasks({
      ...newTaskRecord(aTask({ id: 'acmeCo/off', enabled: false })),
      disabledByUs: { at: NOW, episode: 1, run: null },
    });
    await stage.write(
      givenUp({ queue: 'disable', item: 'acmeCo/off#1#enable' }, { at: NOW - KEPT.markers, version: 1 }),
      givenUp({ queue: 'disable', item: 'acmeCo/off#1' }, { at: NOW - KEPT.markers, version: 1 }),
    );
    expect(await take(stage)).toMatchObject({ worked: 1 });
    expect((await stage.rows({ pk: 'GIVEN-UP' })).map(({ sk }) => sk)).toEqual([
      'disable#acmeCo/off#1#enable',
    ]);
  });

  it('of many is found wherever it stands, and from where the turn before stopped', async () => {
    const ids = Array.from({ length: 20 }, (_, number) => `acmeCo/t${number}`);
    expect(new Set(ids.map((id) => bucketOf(id))).size).toBe(8);
    const stage = runStage();
    await stage.tasks(...ids.map((id) => deleted(id, NOW - KEPT.tasks)));
    expect(await take(stage, { budget: { spent: () => true } })).toMatchObject({ cursor: '0', worked: 0 });
    const last = ids.filter((id) => bucketOf(id) === 7);
    expect(await take(stage, { cursor: '7' })).toMatchObject({ cursor: null, worked: last.length });
    expect(await take(stage)).toMatchObject({ worked: ids.length - last.length });
    expect(await left(stage, 'T#')).toEqual([]);
  });

  it('that fails leaves its record under its name, and stops no other', async () => {
    const stage = runStage();
    await stage.tasks(deleted('acmeCo/bad', NOW - KEPT.tasks), deleted('acmeCo/good', NOW - KEPT.tasks));
    const { get } = stage.table;
    stage.table.get = async (key) => {
      if (key.pk === 'T#acmeCo/bad') throw new Error('unreadable');
      return get.call(stage.table, key);
    };
    expect(await take(stage)).toMatchObject({ worked: 1, figures: only({ failed: 1 }) });
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([
      { worker: 'scanner/garbage', item: 'acmeCo/bad' },
    ]);
  });
});
