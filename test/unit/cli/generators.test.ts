import { describe, expect, it } from 'vitest';
import { loadGivenUp } from '../../../functions/store/given-up.ts';
import { keys } from '../../../functions/store/keys.ts';
import { giveUp } from '../../../functions/work/given-up.ts';
import { failingFleet } from './cli-stage.ts';

const stageOf = () => failingFleet(['acmeCo/prod/a']);
type Stage = Awaited<ReturnType<typeof stageOf>>;

const audited = async ({ table }: Stage) => {
  const { rows } = await table.query({ pk: keys.auditBeside('operators', 0, '', '').pk });
  return rows
    .map(({ act, by, reason }) => [act, by, reason])
    .filter(([act]) => /generator/.test(String(act)));
};
const operatorsOf = async (stage: Stage) =>
  (await stage.taskwarden(['generators', 'show', 'operators', '--json'])).json[0] as Record<string, unknown>;
const turnsOf = async (stage: Stage) => (await operatorsOf(stage)).turns;

const FAILURE = { generator: 'operators', fingerprint: '3f9a1c0b77de' };

async function withMarkers(...items: string[]): Promise<Stage> {
  const stage = await stageOf();
  for (const item of items) await giveUp(stage.system, { ...FAILURE, item }, new Error('it is gone'));
  return stage;
}

describe('generators', () => {
  it('are listed with when they are asked next, and why', async () => {
    const stage = await stageOf();
    await stage.scanOn(1);
    const { json, out } = await stage.taskwarden(['generators', 'list', '--json']);
    expect(out).toContain('"name":"operators"');
    expect(json).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'operators', band: 'urgent', why: 'due', turns: 1, failures: 0 }),
        expect.objectContaining({ name: 'listings', turns: 0, askedAt: null }),
      ]),
    );
    expect((await stage.taskwarden(['generators', 'list'])).out).toMatch(/^operators +urgent /m);
  });

  it('that are paused are asked no more until they are resumed, and the audit has both', async () => {
    const stage = await stageOf();
    await stage.taskwarden(['generators', 'pause', 'operators', '--reason', 'SNS is away']);
    await stage.scanOn(1);
    expect(await operatorsOf(stage)).toMatchObject({
      why: 'paused',
      nextAt: null,
      turns: 0,
      paused: { by: 'olga', reason: 'SNS is away' },
    });
    expect((await stage.taskwarden(['generators', 'run', 'operators'])).out).toContain('paused by olga');
    await stage.scanOn(2);
    expect(await turnsOf(stage)).toBe(0);
    await stage.taskwarden(['generators', 'resume', 'operators']);
    await stage.scanOn(3);
    expect(await turnsOf(stage)).toBe(1);
    expect(await audited(stage)).toEqual(
      expect.arrayContaining([
        ['pause generator operators', 'olga', 'SNS is away'],
        ['run generator operators', 'olga', ''],
        ['resume generator operators', 'olga', ''],
      ]),
    );
  });

  it('that are no generators are refused', async () => {
    const { code, err } = await (await stageOf()).taskwarden(['generators', 'run', 'health']);
    expect(code).toBe(2);
    expect(err).toContain('operators');
  });
});

describe('what a generator has given up', () => {
  it('is shown, raised once for all of it, and made again once it is cleared', async () => {
    const stage = await withMarkers('a', 'b');
    const shown = await stage.taskwarden(['generators', 'markers', 'operators', '--json']);
    expect(shown.json).toEqual([
      expect.objectContaining({ item: 'a', reason: 'Error: it is gone', fingerprint: FAILURE.fingerprint }),
      expect.objectContaining({ item: 'b' }),
    ]);
    const alert = keys.operatorAlert('work-given-up', 'operators');
    expect((await stage.table.get(alert))?.detail).toContain('taskwarden generators clear operators b');
    await stage.taskwarden(['generators', 'clear', 'operators', 'a']);
    expect([...(await loadGivenUp(stage.table, 'operators')).keys()]).toEqual(['b']);
    expect(await stage.table.get(alert)).toBeDefined();
    await stage.taskwarden(['generators', 'clear', 'operators', '--all']);
    expect(await stage.table.get(alert)).toBeUndefined();
    expect(await audited(stage)).toContainEqual(['clear generator operators', 'olga', '']);
  });

  it('is made again where its failure is resolved', async () => {
    const stage = await withMarkers('a', 'b');
    const oops = { ...keys.oops(FAILURE.fingerprint), fingerprint: FAILURE.fingerprint, worker: 'w', rev: 1 };
    await stage.table.transact([{ put: { ...oops, cause: 'permanent', count: 2 } }], 'a failure');
    await stage.scanOn(1);
    const { out } = await stage.taskwarden(['oops', 'resolve', FAILURE.fingerprint]);
    expect(out).toContain('asked again with the next scan: a');
    expect(await loadGivenUp(stage.table, 'operators')).toEqual(new Map());
  });

  it.each([
    [['clear', 'operators'], 'give one item, or --all'],
    [['clear', 'operators', 'x', '--all'], 'give one item, or --all'],
    [['clear', 'operators', 'x'], 'operators has not given up "x"'],
  ])('generators %j is refused with a reason', async (args, said) => {
    const { code, err } = await (await stageOf()).taskwarden(['generators', ...args]);
    expect([code, err]).toEqual([2, `error: ${said}\n`]);
  });
});
