import { describe, expect, it } from 'vitest';
import { actOnTask } from '../../../functions/owner-page/actions.ts';
import { storePreferences } from '../../../functions/owner-page/preferences.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import { cliStage, day, failingFleet, fileWith, T, taskLine } from './cli-stage.ts';

describe('tasks import', () => {
  it('loads a file, and a second time changes nothing', async () => {
    const stage = cliStage();
    const file = fileWith(`${taskLine('acmeCo/a')}\n\n${taskLine('acmeCo/b')}\n`);
    expect(await stage.taskwarden(['tasks', 'import', file])).toMatchObject({
      code: 0,
      out: 'loaded 2, unchanged 0, bad 0\n',
      err: '',
    });
    expect((await stage.taskwarden(['tasks', 'import', file, '--json'])).json).toEqual([
      { loaded: 0, unchanged: 2, bad: [] },
    ]);
  });

  it('reads standard input, with lines that end as on Windows and a separator inside a text', async () => {
    const stage = cliStage();
    const input = `${taskLine('acmeCo/a')}\r\n${taskLine('acmeCo/b', { shards: [{ id: 'a\u2028b', status: 'FAILED' }] })}`;
    expect((await stage.taskwarden(['tasks', 'import', '-'], input)).out).toBe(
      'loaded 2, unchanged 0, bad 0\n',
    );
  });

  it('names a broken line in the middle, loads nothing, and ends with 2', async () => {
    const stage = cliStage();
    const file = fileWith([taskLine('acmeCo/a'), '{"id": "acmeCo/', taskLine('acmeCo/c')].join('\n'));
    expect(await stage.taskwarden(['tasks', 'import', file])).toMatchObject({
      code: 2,
      out: '',
      err: `error: ${file} line 2: is no JSON; allowed: one JSON object per line; nothing was loaded; --skip-bad loads the good lines\n`,
    });
    expect((await stage.taskwarden(['tasks', 'list', '--state', 'all', '--json'])).json).toEqual([]);
  });

  it('loads the good lines when asked to, and says which it left out', async () => {
    const stage = cliStage();
    const file = fileWith([taskLine('acmeCo/a'), '{', taskLine('acmeCo/c')].join('\n'));
    const ran = await stage.taskwarden(['tasks', 'import', file, '--skip-bad']);
    expect(ran.code).toBe(0);
    expect(ran.out).toBe('loaded 2, unchanged 0, bad 1\n');
    expect(ran.err).toBe(`skipped ${file} line 2: is no JSON; allowed: one JSON object per line\n`);
  });

  it('names at most twenty bad lines one by one, and all of them as JSON', async () => {
    const stage = cliStage();
    const file = fileWith(Array.from({ length: 25 }, () => '{').join('\n'));
    const ran = await stage.taskwarden(['tasks', 'import', file]);
    expect(ran.err.trimEnd().split('\n')).toHaveLength(21);
    expect(ran.err).toContain(`${file} has 5 more bad lines; --json lists them all; nothing was loaded`);
    const [result] = (await stage.taskwarden(['tasks', 'import', file, '--json'])).json as {
      bad: unknown[];
    }[];
    expect(result?.bad).toHaveLength(25);
  });

  it.each([
    ['an unknown kind', taskLine('acmeCo/a', { kind: 'lambda' }), 'kind is "lambda"; allowed: "capture"'],
    [
      'a line break in an address',
      taskLine('acmeCo/a', { owners: ['a@b.test\nBcc: c@d.test'] }),
      'owners[0] ("a@b.test\\nBcc: c@d.test") is no mail address',
    ],
    [
      'an instant without a zone',
      taskLine('acmeCo/a', { createdAt: '2026-01-01T00:00:00' }),
      'createdAt is "2026-01-01T00:00:00"; allowed: an instant with a zone',
    ],
    ['an unknown key', taskLine('acmeCo/a', { owner: 'x' }), 'unknown key "owner"; did you mean "owners"?'],
  ])('refuses %s with one line that names it', async (_, line, problem) => {
    const ran = await cliStage().taskwarden(['tasks', 'import', '-'], line);
    expect(ran.code).toBe(2);
    expect(ran.err.split('\n')).toHaveLength(2);
    expect(ran.err).toContain(`standard input line 1: ${problem}`);
  });

  it('refuses two tasks with one id, and names both lines', async () => {
    const ran = await cliStage().taskwarden(
      ['tasks', 'import', '-'],
      `${taskLine('a/b')}\n${taskLine('a/b')}`,
    );
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('line 2: id "a/b" stands on line 1 already and again on line 2');
  });

  it('says that there is no such file', async () => {
    expect(await cliStage().taskwarden(['tasks', 'import', '/nowhere/fleet.ndjson'])).toMatchObject({
      code: 2,
      err: 'error: /nowhere/fleet.ndjson: there is no such file\n',
    });
  });
});

describe('tasks list', () => {
  async function fleet() {
    const stage = await failingFleet(['acmeCo/a', 'acmeCo/b', 'other/c']);
    const healthy = taskLine('acmeCo/ok', {
      shards: [{ id: '0', status: 'PRIMARY' }],
      lastPrimaryAt: undefined,
    });
    const off = taskLine('acmeCo/off', { enabled: false });
    const plain = taskLine('acmeCo/table', { kind: 'collection', shards: [] });
    await stage.taskwarden(['tasks', 'import', '-'], [healthy, off, plain].join('\n'));
    return stage;
  }
  const names = (json: unknown[]) => json.map((line) => (line as { task: string }).task);

  it('lists what fails by default, by id', async () => {
    const stage = await fleet();
    const ran = await stage.taskwarden(['tasks', 'list']);
    expect(ran.out.split('\n').map((line) => line.trimEnd())).toEqual([
      'TASK      STATE    OWNERS         NOT PRIMARY SINCE     EPISODE  DECISION                  DUE',
      'acmeCo/a  failing  ana@acme.test  2026-01-01T00:00:00Z  -        waiting: under-threshold  -',
      'acmeCo/b  failing  ana@acme.test  2026-01-01T00:00:00Z  -        waiting: under-threshold  -',
      'other/c   failing  ana@acme.test  2026-01-01T00:00:00Z  -        waiting: under-threshold  -',
      '3 tasks',
      '',
    ]);
  });

  it.each([
    [
      ['--state', 'failing', '--prefix', 'acmeCo/'],
      ['acmeCo/a', 'acmeCo/b'],
    ],
    [['--state', 'open'], []],
    [['--state', 'disabled'], ['acmeCo/off']],
    [
      ['--state', 'all', '--prefix', 'acmeCo/o'],
      ['acmeCo/off', 'acmeCo/ok'],
    ],
    [
      ['--state', 'all'],
      ['acmeCo/a', 'acmeCo/b', 'acmeCo/off', 'acmeCo/ok', 'acmeCo/table', 'other/c'],
    ],
  ])('%j lists %j', async (args, expected) => {
    const stage = await fleet();
    expect(names((await stage.taskwarden(['tasks', 'list', '--json', ...args])).json)).toEqual(expected);
  });

  it('shows open episodes with their date, and afterwards what was turned off', async () => {
    const stage = await fleet();
    await stage.scanOn(14);
    await stage.scanOn(14.1);
    const open = await stage.taskwarden(['tasks', 'list', '--state', 'open', '--prefix', 'other/', '--json']);
    expect(open.json).toMatchObject([
      {
        task: 'other/c',
        state: 'open',
        episode: 1,
        decision: 'waiting',
        reason: 'grace',
        disableAt: day(21),
      },
    ]);
    await stage.scanOn(18);
    await stage.scanOn(20);
    await stage.scanOn(21);
    const disabled = await stage.taskwarden(['tasks', 'list', '--state', 'disabled', '--prefix', 'other/']);
    expect(disabled.out).toContain('other/c  disabled: abandoned');
  });

  describe('by owner, order and number', () => {
    /** Of bo since day 0, of nobody since day 2, of ana and bo since day 1. */
    async function owned() {
      const stage = cliStage();
      const lines = [
        taskLine('acmeCo/a', { owners: ['Bo@acme.test'] }),
        taskLine('acmeCo/b', { owners: [], lastPrimaryAt: day(2), createdAt: day(2) }),
        taskLine('acmeCo/c', { owners: ['ana@acme.test', 'bo@acme.test'], lastPrimaryAt: day(1) }),
      ];
      stage.setNow(T + 3 * 86_400_000);
      await stage.taskwarden(['tasks', 'import', '-'], lines.join('\n'));
      return stage;
    }

    it.each([
      [
        ['--owner', 'BO@acme.test'],
        ['acmeCo/a', 'acmeCo/c'],
      ],
      [['--owner', 'nobody@acme.test'], []],
      [
        ['--sort', 'since'],
        ['acmeCo/a', 'acmeCo/c', 'acmeCo/b'],
      ],
      [
        ['--sort', 'owner'],
        ['acmeCo/c', 'acmeCo/a', 'acmeCo/b'],
      ],
      [
        ['--sort', 'owner', '--limit', '2'],
        ['acmeCo/c', 'acmeCo/a'],
      ],
    ])('%j lists %j', async (args, expected) => {
      const stage = await owned();
      expect(names((await stage.taskwarden(['tasks', 'list', '--json', ...args])).json)).toEqual(expected);
    });

    it('the owner of a rule owns what names nobody', async () => {
      const stage = await owned();
      await stage.taskwarden(['owners', 'import', '-'], 'acmeCo/ carl@acme.test\n');
      const ran = await stage.taskwarden(['tasks', 'list', '--owner', 'carl@acme.test', '--json']);
      expect(ran.json).toMatchObject([{ task: 'acmeCo/b', owners: ['carl@acme.test'] }]);
    });

    it('says how many there are, and that there are more', async () => {
      const stage = await owned();
      const some = await stage.taskwarden(['tasks', 'list', '--limit', '2']);
      expect(some.out).toMatch(/\n2 of 3 tasks; --limit shows more\n$/);
      expect((await stage.taskwarden(['tasks', 'list', '--owner', 'ana@acme.test'])).out).toMatch(
        /ana@acme.test \+1 .*\n1 task\n$/,
      );
      const json = await stage.taskwarden(['tasks', 'list', '--limit', '2', '--json']);
      expect(json).toMatchObject({ err: 'note: 2 of 3 tasks; --limit gives more\n' });
      expect(json.json).toHaveLength(2);
    });

    it('the nearest date first, what has none last', async () => {
      const stage = await failingFleet(['acmeCo/a', 'acmeCo/z']);
      await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/a', 'disableAfter=30d']);
      await stage.taskwarden(['tasks', 'import', '-'], taskLine('acmeCo/new', { lastPrimaryAt: day(0) }));
      await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/new', 'warnAfter=60d']);
      await stage.scanOn(14);
      await stage.scanOn(14.1);
      const ran = await stage.taskwarden(['tasks', 'list', '--sort', 'due', '--json']);
      expect(ran.json).toMatchObject([
        { task: 'acmeCo/z', disableAt: day(21) },
        { task: 'acmeCo/a', disableAt: day(44) },
        { task: 'acmeCo/new', disableAt: null },
      ]);
    });
  });

  it('says in words that nothing is there, and nothing as JSON', async () => {
    const stage = cliStage();
    expect((await stage.taskwarden(['tasks', 'list'])).out).toBe(
      'no task fails; --state all lists every task\n',
    );
    expect((await stage.taskwarden(['tasks', 'list', '--json'])).out).toBe('');
  });

  it('refuses an unknown state with the allowed ones', async () => {
    const ran = await cliStage().taskwarden(['tasks', 'list', '--state', 'broken']);
    expect(ran.code).toBe(2);
    expect(ran.err).toBe(
      "error: option '--state <state>' argument 'broken' is invalid. Allowed choices are open, failing, disabled, all.\n",
    );
  });
});

describe('tasks show', () => {
  it('shows facts, evidence, episode, alerts and audit of a task that was turned off', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
    const [shown] = (await stage.taskwarden(['tasks', 'show', 'acmeCo/a', '--json'])).json;
    expect(shown).toMatchObject({
      task: { id: 'acmeCo/a', enabled: false, owners: ['ana@acme.test'], createdAt: '2025-06-01T00:00:00Z' },
      evidence: { statuses: ['FAILED'], observedAt: day(0), lastSeen: { PRIMARY: day(0) } },
      episodes: 1,
      open: null,
      disabledByUs: { at: day(21), episode: 1, run: day(21) },
      alerts: [{ episode: 1, since: day(0), firedAt: day(14), resolvedAt: day(21), reason: 'disabled' }],
      audit: [{ at: day(21), act: 'disabled', by: 'taskwarden' }],
    });
  });

  it('is readable, and escapes what could act on the terminal', async () => {
    const stage = cliStage();
    stage.setNow(T);
    await stage.taskwarden(['tasks', 'import', '-'], taskLine('acmeCo/a'));
    // Stored before such ids were refused.
    const id = 'acmeCo/\u202egpj.a';
    const row = (await stage.table.get({ pk: 'T#acmeCo/a', sk: 'T' })) as Row & { task: object };
    await stage.table.transact([{ put: { ...row, pk: `T#${id}`, task: { ...row.task, id } } }], 'before');
    const { out } = await stage.taskwarden(['tasks', 'show', 'acmeCo/\u202egpj.a']);
    expect(out).toContain('id           acmeCo/\\u202egpj.a');
    expect(out).toContain('owners       ana@acme.test');
    expect(out).not.toContain('\u202e');
  });

  it('names a task that is not known', async () => {
    expect(await cliStage().taskwarden(['tasks', 'show', 'acmeCo/\u001b[2Jx'])).toMatchObject({
      code: 2,
      out: '',
      err: 'error: no task "acmeCo/\\u001b[2Jx" is known in stage local; `taskwarden tasks list --state all` names those there are\n',
    });
  });
});

describe('tasks that are called as parts of the table are', () => {
  it('have an audit of their own, without the acts of operators and the wishes of recipients', async () => {
    const stage = cliStage();
    const file = fileWith([taskLine('operators'), taskLine('recipients')].join('\n'));
    await stage.taskwarden(['tasks', 'import', file]);
    await stage.taskwarden(['pause', 'disable']);
    await stage.taskwarden(['admins', 'add', 'acmeCo/', 'boss@acme.test']);
    await storePreferences(stage.system, 'ana@acme.test', { declined: true });
    await actOnTask(stage.system, 'operators', 'ana@acme.test', { action: 'keep' });
    const shown = async (id: string) => (await stage.taskwarden(['tasks', 'show', id, '--json'])).json[0];
    expect(await shown('operators')).toMatchObject({ audit: [{ act: 'keep' }] });
    expect(await shown('recipients')).toMatchObject({ audit: [] });
  });
});

describe('the audit of a task', () => {
  it('has a row for each of two acts of one kind at one instant', async () => {
    const stage = cliStage();
    const owners = ['ana@acme.test', 'bob@acme.test'];
    await stage.taskwarden(['tasks', 'import', fileWith(taskLine('acmeCo/a', { owners }))]);
    for (const by of owners) await actOnTask(stage.system, 'acmeCo/a', by, { action: 'keep' });
    const [shown] = (await stage.taskwarden(['tasks', 'show', 'acmeCo/a', '--json'])).json as [
      { audit: { by: string }[] },
    ];
    expect(shown.audit.map(({ by }) => by).sort()).toEqual(owners);
  });
});

describe('tasks reset-version', () => {
  it('tells what it would forget, and does so where it is told to', async () => {
    const stage = cliStage();
    await stage.taskwarden(['tasks', 'import', fileWith(taskLine('acmeCo/a', { version: 900 }))]);
    expect(await stage.taskwarden(['tasks', 'reset-version', 'acmeCo/a'])).toMatchObject({
      code: 2,
      err: 'error: version 900 of "acmeCo/a" would be forgotten, and the next one taken whatever it is; say so with --yes\n',
    });
    expect((await stage.taskwarden(['tasks', 'reset-version', 'acmeCo/a', '--yes'])).out).toBe(
      'version 900 of acmeCo/a is forgotten; next: its owning system publishes it again\n',
    );
    const shown = await stage.taskwarden(['tasks', 'show', 'acmeCo/a', '--json']);
    expect(shown.json).toMatchObject([{ task: { version: 0 }, audit: [{ act: 'reset-version' }] }]);
  });

  it('of an unknown task is a mistake', async () => {
    expect(await cliStage().taskwarden(['tasks', 'reset-version', 'acmeCo/a', '--yes'])).toMatchObject({
      code: 2,
      err: 'error: no task "acmeCo/a" is known in stage local; `taskwarden tasks list --state all` names those there are\n',
    });
  });
});
