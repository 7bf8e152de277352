import { describe, expect, it } from 'vitest';
import { DAY, formatInstant, HOUR } from '../../../../functions/abandonment/time.ts';
import { beginWork } from '../../../../functions/operator-work/begin-work.ts';
import { undoKind } from '../../../../functions/operator-work/kinds/undo.ts';
import { operatorWorkGenerator } from '../../../../functions/scanner/generators/operator-work.ts';
import { loadPauses } from '../../../../functions/store/pauses.ts';
import { START as NOW, only, runStage } from '../run-stage.ts';

describe('bulk commands', () => {
  /** A stage whose operators gave a command about tasks that are not known: each of them is tried, and skipped. */
  const stageOf = async (items: number) => {
    const stage = runStage();
    const command = { kind: undoKind, what: 'undo', by: 'olga', reason: 'by mistake' };
    const of = formatInstant(NOW - DAY);
    const all = Array.from({ length: items }, (_, number) => ({ id: `acmeCo/t${number}`, of }));
    if (items > 0) await beginWork(stage.system, { ...command, items: all });
    const take = async (how = {}) => stage.take(operatorWorkGenerator, await stage.begin(), how);
    const isWanted = async () => operatorWorkGenerator.isWanted?.(await stage.begin());
    return { ...stage, take, isWanted };
  };

  it('are worked to their end, and then asked for no more', async () => {
    const stage = await stageOf(250);
    expect(await stage.isWanted()).toBe(true);
    expect(await stage.take()).toMatchObject({
      cursor: null,
      worked: 250,
      figures: only({ operatorWork: 250 }),
    });
    stage.pass(2 * HOUR);
    expect(await stage.take()).toMatchObject({ cursor: null, worked: 0, figures: only({}) });
    expect([await stage.isWanted(), (await loadPauses(stage.table)).bulkWork]).toEqual([false, undefined]);
  });

  it('of many pages leave others their turn after ten, and go on with the next', async () => {
    const stage = await stageOf(1_050);
    const first = await stage.take();
    expect(first).toMatchObject({ worked: 1_000, figures: only({ operatorWork: 1_000 }) });
    expect(first.cursor).toMatch(/^[^#]+#\d+$/);
    expect(await stage.take({ cursor: first.cursor })).toMatchObject({ cursor: null, worked: 50 });
  });

  it('are not begun where time is short', async () => {
    const stage = await stageOf(1);
    expect(await stage.take({ budget: { spent: () => true } })).toMatchObject({
      cursor: null,
      worked: 0,
      figures: only({}),
    });
    expect(await stage.isWanted()).toBe(true);
  });

  it('cost a scan nothing where there is none', async () => {
    expect(await (await stageOf(0)).isWanted()).toBe(false);
    expect(operatorWorkGenerator).toMatchObject({ band: 'urgent', everySeconds: 60 });
  });
});
