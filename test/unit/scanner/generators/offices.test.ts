import { describe, expect, it } from 'vitest';
import { officesGenerator } from '../../../../functions/scanner/generators/offices.ts';
import { index, keys } from '../../../../functions/store/keys.ts';
import { loadOffices } from '../../../../functions/store/people.ts';
import type { Write } from '../../../../functions/store/table/table.port.ts';
import { puts, refusing } from '../../store/refusing-table.ts';
import { dueTask } from '../due-task.ts';
import { only, runStage } from '../run-stage.ts';

describe('offices of an earlier version', () => {
  const old = (email: string): Write => ({
    put: {
      ...keys.oldAdmin('acmeCo/', email),
      v: 1,
      prefix: 'acmeCo/',
      email,
      g2pk: index.oldAdmins(),
      g2sk: `acmeCo/#${email}`,
    },
  });
  const stageOf = async (...emails: string[]) => {
    const stage = runStage();
    await stage.write(...emails.map(old));
    const take = async (how = {}) => stage.take(officesGenerator, await stage.begin(), how);
    const moved = async () =>
      (await loadOffices(stage.table, 'acmeCo')).map((office) => ('email' in office ? office.email : ''));
    return { ...stage, take, moved };
  };

  it('are moved to where one query finds them, once', async () => {
    const stage = await stageOf('ana@acme.test', 'bob@acme.test');
    expect(await stage.take()).toMatchObject({ cursor: null, worked: 2, figures: only({ officesMoved: 2 }) });
    expect((await stage.moved()).sort()).toEqual(['ana@acme.test', 'bob@acme.test']);
    expect(await stage.take()).toMatchObject({ worked: 0, figures: only({}) });
  });

  it('that changed meanwhile are left to the next scan, and so are all where time is short', async () => {
    const stage = await stageOf('ana@acme.test');
    expect(await stage.take({ budget: { spent: () => true } })).toMatchObject({ cursor: '0', worked: 0 });
    stage.on(refusing(stage.system.table, (writes) => puts(writes, 'PEOPLE#')));
    expect((await stage.take()).figures).toEqual({});
    expect(await stage.moved()).toEqual([]);
    expect((await stage.take()).figures).toEqual({ officesMoved: 1 });
  });

  it('are asked for where a scan came upon one', async () => {
    expect(officesGenerator).toMatchObject({ band: 'normal', everySeconds: 0 });
    const learned = async (...emails: string[]) => {
      const run = await (await stageOf(...emails)).begin();
      const before = await officesGenerator.isWanted?.(run);
      await run.view.recipientsOf(dueTask().task, 'task_abandoned');
      return [before, await officesGenerator.isWanted?.(run)];
    };
    expect([await learned('ana@acme.test'), await learned()]).toEqual([
      [false, true],
      [false, false],
    ]);
  });
});
