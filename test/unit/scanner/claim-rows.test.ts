import { describe, expect, it } from 'vitest';
import { HOUR, type Instant, MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import { METRIC } from '../../../functions/platform/names.ts';
import { claimScan, completeScan } from '../../../functions/scanner/claim.ts';
import { keys } from '../../../functions/store/keys.ts';
import { loadScans, type ScansRecord, scansWrite } from '../../../functions/store/scans.ts';
import { puts, refusing } from '../store/refusing-table.ts';
import { START as NOW, runStage } from './run-stage.ts';

const BEFORE: ScansRecord = {
  claimed: NOW - 15 * MINUTE,
  leaseUntil: null,
  completedAt: NOW - 14 * MINUTE,
  gaps: [],
  rev: 0,
};

/** A stage whose scans stand so; a tick is claimed on it. */
async function stageOf(scans: Partial<ScansRecord> | null, config = {}) {
  const stage = runStage(config);
  if (scans) await stage.write(scansWrite({ ...BEFORE, ...scans }));
  const claimAt = async (scheduledAt: Instant, remaining = 14 * MINUTE) => {
    const { view } = await stage.begin();
    return claimScan(stage.system, view, { scheduledAt, remainingMs: () => remaining });
  };
  return { ...stage, claimAt };
}

describe('a tick', () => {
  it.each<[string, Partial<ScansRecord> | null, Instant, string | undefined]>([
    ['is claimed where none ever was', null, NOW, undefined],
    ['is claimed after the one before', {}, NOW, undefined],
    ['is not claimed twice', { claimed: NOW }, NOW, 'an older or repeated tick'],
    ['is not claimed after a later one', { claimed: NOW }, NOW - 1, 'an older or repeated tick'],
    ['is claimed though one of the future was', { claimed: NOW + 5 * MINUTE + 1 }, NOW, undefined],
    [
      'is not claimed after one that lies ahead by what clocks differ',
      { claimed: NOW + 5 * MINUTE },
      NOW,
      'an older or repeated tick',
    ],
    ['is not claimed while a run is under way', { leaseUntil: NOW + 1 }, NOW, 'another run is under way'],
    ['is claimed once its lease is over', { leaseUntil: NOW }, NOW, undefined],
    ['of the future is not claimed', {}, NOW + 5 * MINUTE + 1, 'a tick of the future'],
    ['a little ahead is', {}, NOW + 5 * MINUTE, undefined],
  ])('%s', async (_what, scans, scheduledAt, reason) => {
    const stage = await stageOf(scans);
    const claimed = await stage.claimAt(scheduledAt);
    if (reason !== undefined) expect(claimed).toBe(reason);
    else expect(claimed).toMatchObject({ claimed: scheduledAt });
    expect((await loadScans(stage.table)).claimed).toBe(
      reason === undefined ? scheduledAt : (scans?.claimed ?? BEFORE.claimed),
    );
  });

  it.each([
    [14 * MINUTE, NOW + 14 * MINUTE],
    [16 * MINUTE, NOW + 15 * MINUTE],
  ])(
    'is taken for under way as long as its function lives, and 15 minutes at most (%i)',
    async (remaining, leaseUntil) => {
      const stage = await stageOf({});
      expect(await stage.claimAt(NOW, remaining)).toEqual({ ...BEFORE, claimed: NOW, leaseUntil, rev: 2 });
      expect(await loadScans(stage.table)).toEqual({ ...BEFORE, claimed: NOW, leaseUntil, rev: 2 });
    },
  );

  it('is another’s where that was first', async () => {
    const stage = await stageOf({});
    stage.on(refusing(stage.system.table, (writes) => puts(writes, 'META')));
    expect(await stage.claimAt(NOW)).toBe('another run was first');
  });

  it.each<[string, Partial<ScansRecord>, ScansRecord['gaps']]>([
    ['two of them are none', { completedAt: NOW - 30 * MINUTE }, []],
    [
      'more are one, but for the first',
      { completedAt: NOW - 31 * MINUTE },
      [{ from: NOW - 16 * MINUTE, to: NOW }],
    ],
    [
      'beside those before',
      {
        completedAt: NOW - HOUR,
        gaps: [
          { from: 0, to: 5 },
          { from: NOW - 9 * HOUR, to: NOW - 8 * HOUR },
        ],
      },
      [
        { from: NOW - 9 * HOUR, to: NOW - 8 * HOUR },
        { from: NOW - 45 * MINUTE, to: NOW },
      ],
    ],
    ['not before the first scan', { completedAt: null }, []],
  ])('notes a gap where scans stayed away for long: %s', async (_what, scans, gaps) => {
    const claimed = (await (await stageOf(scans)).claimAt(NOW)) as ScansRecord;
    expect(claimed.gaps).toEqual(gaps);
  });

  it('notes a gap by the schedule that is deployed', async () => {
    const stage = await stageOf({ completedAt: NOW - 31 * MINUTE }, { scanEvery: 20 * MINUTE });
    expect(await stage.claimAt(NOW)).toMatchObject({ gaps: [] });
  });
});

describe('a run that came to its end', () => {
  const figures = { looked: 7, fired: 2 };

  it('is noted with its figures, and only then said', async () => {
    const stage = await stageOf({});
    const claimed = (await stage.claimAt(NOW - MINUTE)) as ScansRecord;
    stage.pass(SECOND);
    expect(await completeScan(stage.system, claimed, 'run', figures)).toBe(true);
    expect(await loadScans(stage.table)).toMatchObject({
      claimed: NOW - MINUTE,
      leaseUntil: null,
      completedAt: NOW + SECOND,
      rev: 3,
    });
    expect(await stage.table.get(keys.run(NOW - MINUTE))).toMatchObject({
      run: 'run',
      completedAt: NOW + SECOND,
      figures,
    });
    expect(stage.measured.map(({ name, value }) => [name, value])).toEqual([
      ['Scan.looked', 7],
      ['Scan.fired', 2],
      [METRIC.scanCompleted, 1],
    ]);
    expect(stage.logged).toEqual([
      { level: 'info', message: 'scan completed', properties: { run: 'run', ...figures } },
    ]);
  });

  it('is not where another was claimed meanwhile', async () => {
    const stage = await stageOf({});
    const claimed = (await stage.claimAt(NOW)) as ScansRecord;
    await stage.write(scansWrite({ ...claimed, claimed: NOW + 1 }));
    expect(await completeScan(stage.system, claimed, 'run', figures)).toBe(false);
    expect(stage.measured).toEqual([]);
    expect(stage.logged).toEqual([
      {
        level: 'warn',
        message: 'scan not completed: another was claimed meanwhile',
        properties: { run: 'run', ...figures },
      },
    ]);
    expect(await stage.rows({ pk: 'RUNS' })).toEqual([]);
  });
});
