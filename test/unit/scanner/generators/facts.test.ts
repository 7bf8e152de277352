import { describe, expect, it } from 'vitest';
import { factsGenerator } from '../../../../functions/scanner/generators/facts.ts';
import { factDaysWrite, loadFactDays } from '../../../../functions/store/facts.ts';
import type { Write } from '../../../../functions/store/table/table.port.ts';
import { dueTask } from '../due-task.ts';
import { aPlane, runStage } from '../run-stage.ts';

describe('facts', () => {
  const days = (day: string): Write => factDaysWrite({ day, week: null, rev: 0 });
  const take = async (stage: ReturnType<typeof runStage>, how = {}) =>
    stage.take(factsGenerator, await stage.begin(), how);

  it('are counted of each day that is over, of the planes that are known', async () => {
    const stage = runStage();
    await stage.planes(aPlane('eu-1'));
    await stage.write(days('2026-02-27'));
    await stage.tasks(dueTask());
    const turn = await take(stage);
    expect(turn).toMatchObject({ cursor: null });
    expect(turn.worked).toBeGreaterThan(0);
    expect((await loadFactDays(stage.table)).day).toBe('2026-02-28');
    expect(stage.measured.map(({ name }) => name)).toContain('Facts.failing');
    const again = await take(stage);
    expect([again.cursor, again.worked]).toEqual([null, 0]);
  });

  it('of what is left are counted by the next turn where time is short', async () => {
    const stage = runStage();
    await stage.write(days('2026-02-20'));
    expect(await take(stage, { budget: { spent: () => true } })).toMatchObject({ cursor: 'more', worked: 0 });
    expect((await loadFactDays(stage.table)).day).toBe('2026-02-20');
  });

  it('are asked for each hour, however long there was nothing', () => {
    expect(factsGenerator).toMatchObject({ band: 'facts', everySeconds: 3_600, mostSeconds: 3_600 });
  });
});
