import { describe, expect, it } from 'vitest';
import { cliStage, fileWith, T, taskLine } from '../cli/cli-stage.ts';

const HOUR = 3_600_000;
const HEALTHY = [{ id: '0', status: 'PRIMARY' }];

/** Whether indexes find the row of a task. */
async function isIndexed(stage: ReturnType<typeof cliStage>, id: string): Promise<boolean> {
  const row = await stage.table.get({ pk: `T#${id}`, sk: 'T' });
  return ['g1pk', 'g2pk', 'g3pk'].some((key) => row?.[key] !== undefined);
}

async function load(stage: ReturnType<typeof cliStage>, hours: number, shards: unknown): Promise<void> {
  stage.setNow(T + hours * HOUR);
  await stage.taskwarden(['tasks', 'import', fileWith(taskLine('acmeCo/a', { shards }))]);
}

describe('a task that is alive again', () => {
  it('stands in no index once a scan found that its spell has lasted, and is read no more', async () => {
    const stage = cliStage();
    await stage.taskwarden([
      'policy',
      'set',
      'global',
      'stage=disable',
      'minHealthy=2h',
      'evidenceMaxAge=365d',
    ]);
    await load(stage, 0, [{ id: '0', status: 'FAILED' }]);
    await load(stage, 5, HEALTHY);
    expect(await isIndexed(stage, 'acmeCo/a')).toBe(true);
    await stage.scanOn(6 / 24);
    expect(await isIndexed(stage, 'acmeCo/a')).toBe(true);
    await stage.scanOn(7 / 24);
    expect(await isIndexed(stage, 'acmeCo/a')).toBe(false);
    expect((await stage.table.get({ pk: 'COUNT#eu-1', sk: 'acmeCo' }))?.alive).toBe(1);
  });

  it('stands in no index at once where minHealthy is 0', async () => {
    const stage = cliStage();
    await load(stage, 0, [{ id: '0', status: 'FAILED' }]);
    await load(stage, 5, HEALTHY);
    expect(await isIndexed(stage, 'acmeCo/a')).toBe(false);
  });

  it('that was stored before spells were noted has lasted', async () => {
    const stage = cliStage();
    await load(stage, 0, HEALTHY);
    await stage.taskwarden(['policy', 'set', '--yes', 'global', 'minHealthy=30d']);
    await load(stage, 5, [{ id: '0', status: 'FAILED' }]);
    const row = await stage.table.get({ pk: 'T#acmeCo/a', sk: 'T' });
    expect(row?.evidence).toMatchObject({ lastSeen: { PRIMARY: T + 5 * HOUR }, lostAt: T + 5 * HOUR });
  });
});
