import { describe, expect, it } from 'vitest';
import type { DataPlaneRecord } from '../../../functions/store/data-planes.ts';
import { at, hour, observation, publication, type Stage, stage } from './stage.ts';

const report = (s: Stage, state: string, hours: number, more = {}) =>
  s.ingest('Data Plane Reported', { dataPlane: 'eu-1', state, at: hour(hours), ...more });

const plane = async (s: Stage): Promise<DataPlaneRecord> =>
  (await s.table.get({ pk: 'PLANES', sk: 'eu-1' })) as unknown as DataPlaneRecord;

/** As the scanner finds a plane silent: from its last life sign. */
async function foundSilent(s: Stage): Promise<void> {
  const stored = await plane(s);
  const row = {
    pk: 'PLANES',
    sk: 'eu-1',
    ...stored,
    state: 'silent',
    since: stored.lifeSignAt,
    rev: stored.rev + 1,
  };
  await s.table.transact([{ put: row }], 'scanner');
}

describe('a data plane', () => {
  it('that goes down and comes back leaves a closed span, and both let the scanner look at its tasks', async () => {
    const s = await stage();
    await report(s, 'up', 0);
    await report(s, 'down', 10);
    expect(await plane(s)).toMatchObject({ state: 'down', since: at(10), unknown: [] });
    expect(await s.look('D#eu-1')).toMatchObject({ at: at(2_400) });
    s.setNow(at(2_500));
    await report(s, 'up', 34);
    expect(await plane(s)).toMatchObject({
      state: 'up',
      since: at(34),
      lifeSignAt: at(34),
      unknown: [{ from: at(10), to: at(34) }],
    });
    expect(await s.look('D#eu-1')).toMatchObject({ at: at(2_500) });
  });

  it('is down since when the report says, not before it was reported up', async () => {
    const s = await stage();
    await report(s, 'up', 9);
    await report(s, 'down', 12, { since: hour(8) });
    expect((await plane(s)).since).toBe(at(9));
    const unheard = await stage();
    await report(unheard, 'down', 12, { since: hour(8) });
    expect((await plane(unheard)).since).toBe(at(8));
  });

  it('that turns from down to silent has no gap between the spans', async () => {
    const s = await stage();
    await report(s, 'down', 10);
    await report(s, 'silent', 15);
    await report(s, 'up', 20);
    expect((await plane(s)).unknown).toEqual([{ from: at(10), to: at(20) }]);
  });

  it('keeps what is newest where reports arrive out of order or twice', async () => {
    const s = await stage();
    await report(s, 'down', 10);
    await report(s, 'up', 20);
    const stored = await plane(s);
    expect(await report(s, 'down', 10)).toMatchObject({ outcome: 'skipped' });
    expect(await report(s, 'silent', 15)).toMatchObject({ outcome: 'skipped' });
    expect(await report(s, 'up', 20)).toMatchObject({ outcome: 'skipped' });
    expect(await plane(s)).toEqual(stored);
  });

  it('that was reported up again is not taken down by a late report from between', async () => {
    const s = await stage();
    await report(s, 'up', 0);
    await report(s, 'up', 20);
    await report(s, 'down', 10);
    expect((await plane(s)).state).toBe('up');
  });

  it('that is reported down stays so whatever is observed on it', async () => {
    const s = await stage();
    await s.ingest('Shards Observed', observation(11, { 'acmeCo/a': 'FAILED' }));
    await report(s, 'down', 10);
    await s.ingest('Shards Observed', observation(12, { 'acmeCo/a': 'FAILED' }));
    expect(await plane(s)).toMatchObject({ state: 'down', since: at(10) });
  });

  it('that was found silent is heard again with the next life sign, from its last one on', async () => {
    const s = await stage();
    s.setNow(at(9));
    await s.ingest('Shards Observed', observation(9, { 'acmeCo/a': 'FAILED' }));
    s.setNow(at(10));
    await s.ingest('Shards Observed', observation(10, { 'acmeCo/a': 'FAILED' }));
    await foundSilent(s);
    s.setNow(at(20));
    expect(await s.ingest('Shards Observed', observation(9.5, { 'acmeCo/a': 'FAILED' }))).toMatchObject({
      outcome: 'skipped',
    });
    expect((await plane(s)).state).toBe('silent');
    await s.ingest('Shards Observed', observation(16, { 'acmeCo/a': 'FAILED' }));
    expect(await plane(s)).toMatchObject({
      state: 'up',
      lifeSignAt: at(16),
      unknown: [{ from: at(10), to: at(16) }],
    });
    expect(await s.look('D#eu-1')).toBeDefined();
  });

  it('that is reported silent is not heard again by an observation', async () => {
    const s = await stage();
    await s.ingest('Shards Observed', observation(10, { 'acmeCo/a': 'FAILED' }));
    await report(s, 'silent', 10);
    await s.ingest('Shards Observed', observation(12, { 'acmeCo/a': 'FAILED' }));
    expect((await plane(s)).state).toBe('silent');
    await report(s, 'up', 13);
    expect((await plane(s)).unknown).toEqual([{ from: at(10), to: at(13) }]);
  });

  it('that was found silent and is then reported so needs a report to end it', async () => {
    const s = await stage();
    s.setNow(at(10));
    await s.ingest('Shards Observed', observation(10, { 'acmeCo/a': 'FAILED' }));
    await foundSilent(s);
    s.setNow(at(2_400));
    await report(s, 'silent', 11);
    await s.ingest('Shards Observed', observation(12, { 'acmeCo/a': 'FAILED' }));
    expect((await plane(s)).state).toBe('silent');
    await report(s, 'up', 13);
    expect((await plane(s)).unknown).toEqual([{ from: at(10), to: at(13) }]);
  });

  it('that gives a life sign each second is written each five minutes', async () => {
    const s = await stage();
    await report(s, 'up', 0);
    s.table.writes = 0;
    for (let second = 1; second <= 1_200; second += 1) await report(s, 'up', second / 3_600);
    expect(s.table.writes).toBe(4);
  });

  it('reaches back no further than its last life sign, whatever a report says of since when', async () => {
    const s = await stage();
    s.setNow(at(9));
    await s.ingest('Shards Observed', observation(9, { 'acmeCo/a': 'FAILED' }));
    s.setNow(at(2_400));
    await report(s, 'down', 12, { since: hour(-5_000) });
    expect(await plane(s)).toMatchObject({ state: 'down', since: at(9) });
    await report(s, 'up', 20);
    await report(s, 'silent', 30, { since: hour(0) });
    expect(await plane(s)).toMatchObject({ since: at(20), unknown: [{ from: at(9), to: at(20) }] });
  });

  it('has been down for as long as it was, though it is said to be up since before', async () => {
    const s = await stage();
    await report(s, 'down', 10);
    await report(s, 'up', 34, { since: hour(-100) });
    expect(await plane(s)).toMatchObject({ state: 'up', unknown: [{ from: at(10), to: at(34) }] });
  });

  it('that was found silent is not up for a report of before that', async () => {
    const s = await stage();
    s.setNow(at(10));
    await s.ingest('Shards Observed', observation(10, { 'acmeCo/a': 'FAILED' }));
    await foundSilent(s);
    s.setNow(at(20));
    expect(await report(s, 'up', 9)).toMatchObject({ outcome: 'skipped' });
    expect(await plane(s)).toMatchObject({ state: 'silent', since: at(10) });
  });

  it('is not watched for silence from a life sign on that comes late', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication());
    await s.ingest('Shards Observed', observation(-5_000, { 'acmeCo/a': 'FAILED' }));
    await report(s, 'up', 0);
    expect((await plane(s)).lifeSignAt).toBeNull();
    await report(s, 'up', 2_400);
    expect((await plane(s)).lifeSignAt).toBe(at(2_400));
  });
});
