import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Interrupts } from '../../../cli/interrupts.ts';
import { run } from '../../../cli/program.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { keys } from '../../../functions/store/keys.ts';
import { loadPauses } from '../../../functions/store/pauses.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { puts, refusing } from '../store/refusing-table.ts';
import { type CliStage, day, failingFleet, T, taskLine } from './cli-stage.ts';

const [A, B, C, D] = ['acmeCo/a', 'acmeCo/b', 'acmeCo/c', 'beta/d'] as const;

/** A stage whose four tasks were disabled on day 21. */
async function disabled(ids: string[] = [A, B, C, D]) {
  const stage = await failingFleet(ids);
  for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
  stage.setNow(T + 22 * DAY);
  const enabled = async () => {
    const records = await Promise.all(ids.map((id) => loadTask(stage.table, id)));
    return records.flatMap((record) => (record?.task.enabled ? [record.task.id] : []));
  };
  return { ...stage, enabled };
}

const NO_SUCH =
  'error: no bulk command has the id "none" in stage local; `taskwarden work list` names them\n';

const idOf = (printed: string): string => /work (\S+)$/m.exec(printed)?.[1] ?? '';

/** Runs the command line on a terminal on which somebody types. */
async function typing(stage: CliStage, args: string[], typed: string, more: Record<string, unknown> = {}) {
  let out = '';
  let err = '';
  const target = { name: 'local', modeCeiling: 'disable', system: stage.system };
  const code = await run(args, {
    open: async () => target as never,
    stdin: Object.assign(Readable.from([typed]), { isTTY: true }),
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text), isTTY: true },
    env: { TASKWARDEN_STAGE: 'local', TASKWARDEN_OPERATOR: 'olga', NO_COLOR: '1' },
    ...more,
  });
  return { code, out, err };
}

describe('undo of more than one task', () => {
  it('says what it would do, and changes nothing', async () => {
    const stage = await disabled();
    await stage.taskwarden(['undo', '--task', B]);
    const ran = await stage.taskwarden(['undo', '--since', '2d', '--prefix', 'acmeCo/', '--dry-run']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out.split('\n')).toEqual([
      `${A} would be enabled again`,
      `${B} is left as it is: the task is enabled`,
      `${C} would be enabled again`,
      '2 of 3 would be enabled again; nothing was changed',
      '',
    ]);
    const { json } = await stage.taskwarden(['undo', '--run', day(21), '--dry-run', '--json']);
    expect(json).toEqual([
      { task: A, run: day(21), outcome: 'would be enabled' },
      { task: B, outcome: 'refused', reason: 'the task is enabled' },
      { task: C, run: day(21), outcome: 'would be enabled' },
      { task: D, run: day(21), outcome: 'would be enabled' },
    ]);
    expect(await stage.enabled()).toEqual([B]);
  });

  it('is refused without a word of consent, where nobody can be asked', async () => {
    const stage = await disabled();
    expect(await stage.taskwarden(['undo', '--run', day(21)])).toMatchObject({
      code: 2,
      out: '',
      err: 'error: this would enable 4 tasks again; --yes lets it\n',
    });
    expect((await stage.taskwarden(['work', 'list'])).out).toBe('there are no bulk commands\n');
  });

  it('asks on a terminal, and takes only a yes for one', async () => {
    const stage = await disabled();
    const no = await typing(stage, ['undo', '--since', '2d'], '\n');
    expect(no).toMatchObject({ code: 2, out: '' });
    expect(no.err).toBe('Enable 4 tasks again? (yes, no) [no]: error: nothing was changed\n');
    const yes = await typing(stage, ['undo', '--since', '2d'], 'yes\n');
    expect(yes).toMatchObject({ code: 0, err: 'Enable 4 tasks again? (yes, no) [no]: ' });
    expect(yes.out).toMatch(/^4 tasks are to be enabled again: work \S+\n/);
  });

  it('is stored at once, worked by the next scan, and can be followed', async () => {
    const stage = await disabled();
    const undone = await stage.taskwarden(['undo', '--run', day(21), '--yes', '--reason', 'wrong policy']);
    const id = idOf(undone.out);
    expect(undone.out).toBe(
      `4 tasks are to be enabled again: work ${id}\nthe next scan goes on with it; follow it with \`taskwarden work show ${id} --stage local\`; \`work cancel\` stops it\n`,
    );
    expect(await stage.enabled()).toEqual([]);
    const before = (await stage.taskwarden(['work', 'list', '--open', '--json'])).json;
    expect(before).toMatchObject([
      { id, kind: 'undo', state: 'open', items: 4, done: 0, left: 4, by: 'olga' },
    ]);
    await stage.scanOn(22);
    expect(await stage.enabled()).toEqual([A, B, C, D]);
    expect((await stage.taskwarden(['work', 'list', '--open'])).out).toBe('there are no bulk commands\n');
    const shown = await stage.taskwarden(['work', 'show', id]);
    expect(shown.out).toContain('progress   4 of 4 done, 0 skipped, 0 failed, 0 left\n');
    expect(shown.out).toContain('reason     wrong policy\n');
    const [task] = (await stage.taskwarden(['tasks', 'show', C, '--json'])).json;
    expect(task).toMatchObject({
      audit: [{ act: 'disabled' }, { act: 'enabled', by: 'olga', reason: 'wrong policy' }],
    });
  });

  it('costs a scan no read where nobody gave a command, or all came to their end', async () => {
    const stage = await disabled();
    const { query } = stage.table;
    let asked = 0;
    stage.table.query = (request) => {
      if (request.pk === 'OPERATOR-WORK') asked += 1;
      return query.call(stage.table, request);
    };
    const readsOf = async (days: number) => {
      asked = 0;
      await stage.scanOn(days);
      return asked;
    };
    expect(await readsOf(22)).toBe(0);
    await stage.taskwarden(['undo', '--since', '2d', '--yes']);
    expect(await readsOf(22.01)).toBeGreaterThan(0);
    // The index may not show what was given a moment ago: it is asked for an hour.
    expect(await readsOf(22.02)).toBeGreaterThan(0);
    await readsOf(22 + 1 / 24);
    expect(await readsOf(22.1)).toBe(0);
    expect((await loadPauses(stage.table)).bulkWork).toBeUndefined();
  });

  it('shows which items were left, and why', async () => {
    const stage = await disabled();
    const id = idOf((await stage.taskwarden(['undo', '--since', '2d', '--yes'])).out);
    await typing(stage, ['undo', '--task', B], '', { operator: 'otto' });
    await stage.scanOn(22);
    const { out } = await stage.taskwarden(['work', 'show', id]);
    expect(out.split('\n').slice(-3)).toEqual(['', `  skipped  ${B}  the task is enabled`, '']);
    const [all] = (await stage.taskwarden(['work', 'show', id, '--all', '--json'])).json;
    expect(all).toMatchObject({
      done: 3,
      skipped: 1,
      list: [{ item: A, outcome: 'done' }, { item: B }, {}, {}],
    });
  });

  it('works it at once where it is waited for', async () => {
    const stage = await disabled();
    const ran = await stage.taskwarden(['undo', '--since', '2d', '--yes', '--wait']);
    expect(ran.out.split('\n').at(-2)).toBe('done: 4 of 4 done, 0 skipped, 0 failed, 0 left');
    expect(await stage.enabled()).toEqual([A, B, C, D]);
    expect(ran).toMatchObject({ code: 0, err: '' });
  });

  it('ends with a fault where it was waited for and something failed', async () => {
    const stage = await disabled();
    stage.system.config.controlPlane = 'fed';
    const error = Object.assign(new Error('no such bus'), { name: 'RowRefused' });
    stage.system.events = {
      publish: async (_, { task }) => (task === B ? Promise.reject(error) : undefined),
    };
    const ran = await stage.taskwarden(['undo', '--since', '2d', '--yes', '--wait']);
    const id = idOf(ran.out);
    expect(ran.code).toBe(1);
    expect(ran.err).toBe(
      `error: 1 of 4 failed: \`taskwarden work show ${id}\` says why, \`work retry\` tries them again\n`,
    );
    expect((await stage.taskwarden(['work', 'show', id])).out).toContain(`failed  ${B}  no such bus`);
  });

  it('goes on without who waited: the program says so when it is ended', async () => {
    const stage = await disabled([A, B, C, D, 'beta/e', 'beta/f']);
    const interrupts = new Interrupts();
    const lines = new Set<string>();
    stage.system.config.controlPlane = 'fed';
    stage.system.events = {
      publish: async () => {
        for (const line of interrupts.lines()) lines.add(line);
      },
    };
    const ran = await typing(stage, ['undo', '--since', '2d', '--yes', '--wait'], '', { interrupts });
    const id = idOf(ran.out);
    expect([...lines]).toEqual([
      'interrupted: 0 of 6 done, 0 skipped, 0 failed, 6 left',
      `the work goes on with the next scan; follow it with \`taskwarden work show ${id} --stage local\`; \`work cancel\` stops it`,
    ]);
  });

  it('is done at once where only one task is to be enabled', async () => {
    const stage = await disabled();
    for (const task of [A, C]) await stage.taskwarden(['undo', '--task', task]);
    const ran = await stage.taskwarden(['undo', '--since', '2d', '--prefix', 'acmeCo/']);
    expect(ran.out.split('\n')).toEqual([
      `${A} is left as it is: the task is enabled`,
      `${C} is left as it is: the task is enabled`,
      `${B} is enabled again`,
      '',
    ]);
  });

  it('finds what a scan disabled that did not come to its end, and nothing that was disabled before', async () => {
    const stage = await failingFleet([A, B]);
    for (const days of [14, 18, 20]) await stage.scanOn(days);
    const isEnd = (writes: Write[]) => puts(writes, 'RUNS', (row) => 'completedAt' in row);
    stage.system.table = refusing(stage.table, isEnd, { times: 9 });
    expect(await stage.scanOn(21)).toMatchObject({ outcome: 'interrupted' });
    stage.setNow(T + 22 * DAY);
    const { json } = await stage.taskwarden(['undo', '--since', day(21), '--dry-run', '--json']);
    expect(json).toMatchObject([
      { task: A, run: day(21) },
      { task: B, run: day(21) },
    ]);
    expect(await stage.taskwarden(['undo', '--since', day(21.5), '--dry-run'])).toMatchObject({ code: 2 });
  });
});

describe('changes of a bulk command', () => {
  it('cancel, retry and priority are done, and audited', async () => {
    const stage = await disabled();
    const id = idOf((await stage.taskwarden(['undo', '--since', '2d', '--yes'])).out);
    expect((await stage.taskwarden(['work', 'priority', id, 'high'])).out).toMatch(/ has another priority: /);
    stage.setNow(T + 22 * DAY + MINUTE);
    expect((await stage.taskwarden(['work', 'cancel', id, '--reason', 'wrong'])).out).toBe(
      `${id} is cancelled: 0 of 4 done, 0 skipped, 0 failed, 4 left\n`,
    );
    await stage.scanOn(22.01);
    expect(await stage.enabled()).toEqual([]);
    stage.setNow(T + 22 * DAY + HOUR);
    expect((await stage.taskwarden(['work', 'retry', id])).out).toContain('goes on with the next scan');
    await stage.scanOn(22.1);
    expect(await stage.enabled()).toEqual([A, B, C, D]);
    const { rows } = await stage.table.query({ pk: 'AUDIT#operators', sk: { prefix: 'L#2026-01-23' } });
    expect(rows.map(({ act, by, reason }) => [act, by, reason])).toEqual([
      ['work priority high', 'olga', ''],
      ['work undo', 'olga', 'undone by an operator'],
      ['work cancel', 'olga', 'wrong'],
      ['work retry', 'olga', ''],
    ]);
  });

  it.each([
    [['show', 'none'], NO_SUCH],
    [['cancel', 'none'], NO_SUCH],
    [['retry', 'none'], NO_SUCH],
    [['priority', 'none', 'low'], NO_SUCH],
  ])('refuses %j', async (args, problem) => {
    const stage = await failingFleet([A]);
    expect(await stage.taskwarden(['work', ...args])).toMatchObject({ code: 2, out: '', err: problem });
  });
});

describe('mail resend of more than one mail', () => {
  it('is a bulk command: what still stands goes again, and what cannot go is listed', async () => {
    const stage = await failingFleet([A, D]);
    await stage.scanOn(14);
    const mail = stage.mails[0]?.digest ?? '';
    stage.setNow(T + 15 * DAY);
    const args = ['mail', 'resend', '-', '--yes'];
    const resent = await stage.taskwarden(args, `${mail}\nnone\n${mail}\n`);
    const id = idOf(resent.out);
    expect(resent.out).toContain('the recipients of 2 mails are to be notified again: work ');
    await stage.scanOn(15);
    const [shown] = (await stage.taskwarden(['work', 'show', id, '--all', '--json'])).json;
    expect(shown).toMatchObject({
      state: 'done',
      list: [
        { item: mail, outcome: 'done', why: '2 of 2 go again' },
        { item: 'none', outcome: 'failed', why: 'no mail has this id' },
      ],
    });
    await stage.scanOn(15.1);
    expect(stage.mails).toHaveLength(2);
  });
});

describe('tasks import in the background', () => {
  it('loads nothing here, and with the next scan all of the file, dated as it was given', async () => {
    const stage = await failingFleet([A]);
    const file = [
      taskLine(A),
      taskLine(B, {
        shards: [
          { id: '0', status: 'FAILED' },
          { id: '1', status: 'FAILED' },
        ],
      }),
    ];
    const imported = await stage.taskwarden(['tasks', 'import', '-', '--background'], file.join('\n'));
    expect(imported).toMatchObject({ code: 0, err: '' });
    const id = idOf(imported.out);
    expect(await loadTask(stage.table, B)).toBeUndefined();
    await stage.scanOn(1);
    expect(await loadTask(stage.table, B)).toMatchObject({
      task: { enabled: true },
      evidence: { observedAt: T },
    });
    const [shown] = (await stage.taskwarden(['work', 'show', id, '--all', '--json'])).json;
    expect(shown).toMatchObject({
      kind: 'import',
      state: 'done',
      list: [
        { item: A, outcome: 'skipped', why: 'it is known as given already' },
        { item: B, outcome: 'done' },
      ],
    });
    const { rows } = await stage.table.query({ pk: keys.operatorWorkPart(id, 0).pk });
    expect(JSON.stringify(rows)).not.toContain('ana@acme.test');
  });

  it('names the bad line and leaves nothing to be loaded', async () => {
    const stage = await failingFleet([A]);
    const file = `${taskLine(B)}\n${taskLine(C, { kind: 'none' })}`;
    const ran = await stage.taskwarden(['tasks', 'import', '-', '--background'], file);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(
      /^error: standard input line 2: .*nothing was loaded; --skip-bad loads the good lines\n$/,
    );
    expect((await stage.taskwarden(['work', 'list'])).out).toBe('there are no bulk commands\n');
    const skipping = await stage.taskwarden(
      ['tasks', 'import', '-', '--background', '--skip-bad', '--wait'],
      file,
    );
    expect(skipping.out).toContain('done: 1 of 1 done');
    expect(skipping.err).toMatch(/^skipped standard input line 2: /);
    expect(await loadTask(stage.table, B)).toBeDefined();
  });
});
