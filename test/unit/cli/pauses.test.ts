import { describe, expect, it } from 'vitest';
import { FleetView } from '../../../functions/store/fleet-view.ts';
import { loadPauses } from '../../../functions/store/pauses.ts';
import { cliStage, day, failingFleet, T } from './cli-stage.ts';

const DAY = 86_400_000;

const auditOf = async (stage: ReturnType<typeof cliStage>) =>
  (await stage.table.query({ pk: 'AUDIT#operators', sk: { prefix: 'L#' } })).rows;

describe('a pause with an end', () => {
  it('says who, why and until when, wherever pauses are shown', async () => {
    const stage = cliStage();
    const paused = await stage.taskwarden(['pause', 'disable', '--until', '2d', '--reason', 'wrong owners']);
    expect(paused.out).toBe(`disable is paused since ${day(0)} until ${day(2)}\n`);
    expect((await stage.taskwarden(['pause', '--json'])).json).toEqual([
      { what: 'disable', since: day(0), until: day(2), by: 'olga', reason: 'wrong owners' },
    ]);
    expect((await stage.taskwarden(['pause'])).out).toContain(
      `disable  ${day(0)}  ${day(2)}  olga  wrong owners`,
    );
    expect((await stage.taskwarden(['doctor'])).out).toContain(
      `paused: disable until ${day(2)} (by olga: wrong owners)`,
    );
    expect(await auditOf(stage)).toContainEqual(
      expect.objectContaining({
        act: 'pause disable',
        by: 'olga',
        reason: 'wrong owners',
        evidence: { until: T + 2 * DAY },
      }),
    );
  });

  it('ends by itself: what was due is disabled with the first scan after it, and the audit says so', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    for (const days of [14, 18, 20]) await stage.scanOn(days);
    await stage.taskwarden(['pause', 'disable', '--until', day(22)]);
    const disabled = async () =>
      (await stage.taskwarden(['tasks', 'list', '--state', 'disabled', '--json'])).json.length;
    await stage.scanOn(21);
    expect((await stage.taskwarden(['explain', 'acmeCo/a', '--json'])).json).toMatchObject([
      { holds: [{ reason: 'paused (disable)', since: day(20), until: day(22) }] },
    ]);
    await stage.scanOn(21.9);
    expect(await disabled()).toBe(0);
    await stage.scanOn(22);
    expect(await disabled()).toBe(1);
    expect((await stage.taskwarden(['pause'])).out).toBe('nothing is paused\n');
    expect(await auditOf(stage)).toContainEqual(
      expect.objectContaining({
        act: 'pause of disable over',
        by: 'taskwarden',
        at: T + 22 * DAY,
        evidence: { until: T + 22 * DAY, pausedBy: 'olga' },
      }),
    );
  });

  it('of deciding: time counts again from its end on, not from the scan that notes it', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    stage.setNow(T + 2 * DAY);
    await stage.taskwarden(['pause', 'evaluate', '--until', '2d']);
    // From day 2 to day 4 nothing counts: 14 counted days are over on day 16.
    const fired = async () => (await stage.taskwarden(['alerts', 'list', '--json'])).json.length;
    await stage.scanOn(3);
    await stage.scanOn(10);
    await stage.scanOn(15.9);
    expect(await fired()).toBe(0);
    await stage.scanOn(16);
    expect(await fired()).toBe(1);
    expect((await loadPauses(stage.table)).evaluatePaused).toEqual([{ from: T + 2 * DAY, to: T + 4 * DAY }]);
  });

  it('is over for whoever decides before a scan noted it, and a resume finds nothing', async () => {
    const stage = cliStage();
    await stage.taskwarden(['pause', 'evaluate', '--until', '2d']);
    await stage.taskwarden(['pause', 'notify', '--until', '3d']);
    const at = async (now: number) => (await FleetView.load(stage.table, now)).pauses;
    expect(await at(T + 2 * DAY - 1)).toMatchObject({ evaluate: true, notify: true });
    expect(await at(T + 2 * DAY)).toMatchObject({ evaluate: false, notify: true });
    stage.setNow(T + 5 * DAY);
    expect((await stage.taskwarden(['resume', 'evaluate'])).out).toBe('evaluate was not paused\n');
    expect(await loadPauses(stage.table)).toMatchObject({
      evaluate: null,
      notify: null,
      evaluatePaused: [{ from: T, to: T + 2 * DAY }],
    });
  });

  it('is over for a scan that finds the table too busy to note it, and the next one does', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    for (const days of [14, 18, 20]) await stage.scanOn(days);
    await stage.taskwarden(['pause', 'disable', '--until', day(21)]);
    const transact = stage.table.transact.bind(stage.table);
    stage.table.transact = async (writes, writer) => {
      const isOfPauses = writes.some((write) => 'put' in write && write.put.sk === 'PAUSES');
      return isOfPauses ? { outcome: 'busy', reason: 'throttled' } : transact(writes, writer);
    };
    await stage.scanOn(22);
    expect((await stage.taskwarden(['tasks', 'list', '--state', 'disabled', '--json'])).json).toHaveLength(1);
    expect((await loadPauses(stage.table)).disable).toBe(T + 20 * DAY);
    stage.table.transact = transact;
    await stage.scanOn(23);
    expect((await loadPauses(stage.table)).disable).toBeNull();
  });

  it('can be resumed before, and paused anew with another end', async () => {
    const stage = cliStage();
    await stage.taskwarden(['pause', 'evaluate', '--until', '9d', '--reason', 'a move']);
    stage.setNow(T + DAY);
    const again = await stage.taskwarden(['pause', 'evaluate']);
    expect(again.out).toBe(`evaluate is paused since ${day(0)}\n`);
    stage.setNow(T + 10 * DAY);
    expect((await stage.taskwarden(['pause', '--json'])).json).toEqual([
      { what: 'evaluate', since: day(0), until: null, by: 'olga', reason: null },
    ]);
    await stage.taskwarden(['resume', 'evaluate']);
    expect(await loadPauses(stage.table)).toMatchObject({
      evaluate: null,
      evaluatePaused: [{ from: T, to: T + 10 * DAY }],
    });
  });

  it.each([
    [['pause', 'disable', '--until', 'tomorrow'], 'Allowed: RFC 3339 with a zone, or after how long'],
    [['pause', 'disable', '--until', '2025-12-31T00:00:00Z'], '--until 2025-12-31T00:00:00Z is over'],
    [['pause', '--until', '2d'], 'pause: name what is to stop; allowed: evaluate, notify, disable'],
  ])('refuses %j', async (args, problem) => {
    const stage = cliStage();
    const ran = await stage.taskwarden(args);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(problem);
    expect((await stage.taskwarden(['pause'])).out).toBe('nothing is paused\n');
  });
});
