import { describe, expect, it } from 'vitest';
import { keys } from '../../../functions/store/keys.ts';
import { loadPolicies, policyWrite } from '../../../functions/store/policies.ts';
import { cliStage, T, taskLine } from './cli-stage.ts';

describe('policy set', () => {
  it('writes keys, keeps the others, and has what is open looked at', async () => {
    const stage = cliStage();
    await stage.taskwarden(['tasks', 'import', '-'], taskLine('acmeCo/a'));
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'warnAfter=30d', 'reminders=5d,2d']);
    const ran = await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'stage=notify', '--json']);
    expect(ran.json).toEqual([
      {
        outcome: 'written',
        scope: 'acmeCo/',
        policy: { warnAfter: '30d', reminders: ['5d', '2d'], stage: 'notify' },
      },
    ]);
    expect(await stage.table.get(keys.look('P#acmeCo/'))).toMatchObject({ at: T });
    const audit = await stage.table.query({ pk: 'AUDIT#operators', sk: { prefix: 'L#' } });
    const noted = audit.rows.map(({ act, by, evidence }) => ({ act, by, evidence }));
    expect(noted).toContainEqual({
      act: 'policy set acmeCo/',
      by: 'olga',
      evidence: expect.objectContaining({
        before: expect.objectContaining({ warnAfter: '30d' }),
        after: expect.objectContaining({ mode: 'notify' }),
      }),
    });
  });

  it('of the global scope looks at all, and reads every kind of value', async () => {
    const stage = cliStage();
    const quiet = '{"from":"22:00","to":"06:00","zone":"UTC"}';
    const ran = await stage.taskwarden([
      ...[
        'policy',
        'set',
        '--yes',
        'global',
        'blastRadius.share=0.2',
        'blastRadius.perRun=5',
        'rampPerDay=10',
      ],
      ...[
        'recoveryMail=true',
        `quietHours=${quiet}`,
        'aliveStatuses=PRIMARY,BACKFILL',
        'warnAfter=default',
        '--json',
      ],
    ]);
    expect(ran.err).toBe('');
    expect(ran.json).toMatchObject([
      {
        scope: '',
        policy: {
          blastRadius: { share: 0.2, perRun: 5 },
          rampPerDay: 10,
          recoveryMail: true,
          quietHours: { zone: 'UTC' },
          aliveStatuses: ['PRIMARY', 'BACKFILL'],
          warnAfter: null,
        },
      },
    ]);
    expect(await stage.table.get(keys.look('ALL'))).toMatchObject({ at: T });
  });

  it('writes nothing where nothing changes', async () => {
    const stage = cliStage();
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'warnAfter=30d']);
    const ran = await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'warnAfter=30d']);
    expect(ran.out).toBe('unchanged: acmeCo/ says warnAfter=30d\n');
  });

  it('takes stage for mode, its older name, and takes either out', async () => {
    const stage = cliStage();
    await stage.taskwarden(['tasks', 'import', '-'], taskLine('acmeCo/a'));
    const set = await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'mode=notify', '--json']);
    expect(set.json).toEqual([{ outcome: 'written', scope: 'acmeCo/', policy: { stage: 'notify' } }]);
    const over = await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'stage=detect']);
    expect(over.out).toBe('written: acmeCo/ says mode=detect\n');
    const same = await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'mode=notify', 'stage=notify']);
    expect(same.out).toBe('written: acmeCo/ says mode=notify\n');
    const unset = await stage.taskwarden(['policy', 'unset', '--yes', 'acmeCo/', 'mode']);
    expect(unset.out).toBe('written: nothing is written at acmeCo/ any more\n');
  });

  it.each([
    [
      ['mode=notify', 'stage=detect'],
      'error: mode is "notify", and stage is "detect"; the two are the same key\n',
    ],
    [['mode=delete'], 'error: mode is "delete"; allowed are "detect", "notify", "disable"\n'],
    [
      ['mode=disable'],
      'error: mode "disable" is above modeCeiling of this deployment\'s configuration; allowed are "detect", "notify"\n',
    ],
  ])('refuses %j by the name that was written', async (pairs, problem) => {
    const stage = cliStage({ modeCeiling: 'notify' });
    const ran = await stage.taskwarden(['policy', 'set', '--yes', 'global', ...pairs]);
    expect(ran).toMatchObject({ code: 2, out: '', err: problem });
  });

  it('warns of leads that can never act, and writes them', async () => {
    const stage = cliStage();
    const ran = await stage.taskwarden(['policy', 'set', '--yes', 'global', 'reminders=7d,6d,10m', '--json']);
    expect(ran.code).toBe(0);
    const never = 'reminders: a lead of 7d is not shorter than the grace of 7d (disableAfter, from default)';
    const warnings = [
      `${never}; it is never due`,
      'reminders: a lead of 10m is shorter than scanEvery (15m); no scan may find it due',
    ];
    expect(ran.json).toEqual([
      { outcome: 'written', scope: '', policy: { reminders: ['7d', '6d', '10m'] }, warnings },
    ]);
    expect(ran.err).toBe(warnings.map((text) => `warning: ${text}\n`).join(''));
    expect((await stage.taskwarden(['policy', 'set', '--yes', 'global', 'reminders=6d,15m'])).err).toBe('');
  });

  it('warns of what a wider scope does to a narrower one, and of what taking out a key brings back', async () => {
    const stage = cliStage();
    await stage.taskwarden(['tasks', 'import', '-'], taskLine('acmeCo/a'));
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'reminders=5d', 'disableAfter=6d']);
    const unset = await stage.taskwarden(['policy', 'unset', '--yes', 'acmeCo/', 'disableAfter']);
    expect(unset.err).toBe('');
    const ran = await stage.taskwarden(['policy', 'set', '--yes', 'global', 'disableAfter=4d']);
    expect(ran.err).toBe(
      'warning: "acmeCo/": reminders: a lead of 5d is not shorter than the grace of 4d (disableAfter, from global); it is never due\n',
    );
  });

  it('warns of a prefix without tasks, and of quiet days that are none or all', async () => {
    const stage = cliStage();
    const lines = [
      taskLine('acmeCo/prod/a', { shards: [{ id: '0', status: 'PRIMARY' }] }),
      taskLine('bCo/b'),
    ];
    await stage.taskwarden(['tasks', 'import', '-'], lines.join('\n'));
    for (const prefix of ['acmeCo/', 'acmeCo/prod/', 'bCo/']) {
      expect((await stage.taskwarden(['policy', 'set', '--yes', prefix, 'warnAfter=20d'])).err).toBe('');
    }
    for (const unknown of ['acmeCo/dev/', 'bCo/b/', 'cCo/']) {
      expect((await stage.taskwarden(['policy', 'set', '--yes', unknown, 'warnAfter=20d'])).err).toBe(
        `warning: no task is known under "${unknown}"\n`,
      );
    }
    const set = (days: string) => stage.taskwarden(['policy', 'set', '--yes', 'bCo/', `quietDays=${days}`]);
    expect((await set('{"weekdays":[],"zone":"UTC"}')).err).toBe('warning: quietDays: they name no day\n');
    expect((await set('{"weekdays":["Mon","Tue","Wed","Thu","Fri","Sat","Sun"],"zone":"UTC"}')).err).toBe(
      'warning: quietDays: every day of the week is quiet; nothing is ever disabled\n',
    );
    expect(await set('none')).toMatchObject({ err: '', code: 0 });
  });

  it('notes where a task is meant that nobody knows', async () => {
    const stage = cliStage();
    await stage.taskwarden(['tasks', 'import', '-'], taskLine('acmeCo/a'));
    expect((await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/a', 'warnAfter=30d'])).err).toBe('');
    expect((await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo', 'warnAfter=30d'])).err).toBe(
      'warning: no task "acmeCo" is known; did you mean "acmeCo/"?\n',
    );
  });

  it.each([
    ['an unknown key', 'warnafter=30d', 'error: unknown key "warnafter"; did you mean "warnAfter"?'],
    ['a bad duration', 'warnAfter=soon', 'error: warnAfter is "soon"; durations are text such as "90s"'],
    ['a duration without a unit', 'warnAfter=14', 'error: warnAfter is 14; durations are text such as "90s"'],
    [
      'a negative duration',
      'warnAfter=-3d',
      'error: warnAfter "-3d" is negative; durations are text such as',
    ],
    ['a key of the global scope', 'digestEvery=2h', 'error: digestEvery can be set globally only'],
    [
      'no value',
      'warnAfter',
      'error: "warnAfter" is no policy key with a value; allowed: key=value such as warnAfter=30d',
    ],
    ['broken JSON', 'quietHours={from', 'error: quietHours is "{from", which is no JSON'],
    [
      'an unknown stage',
      'stage=delete',
      'error: stage is "delete"; allowed are "detect", "notify", "disable"',
    ],
  ])('refuses %s with one line', async (_, pair, problem) => {
    const ran = await cliStage().taskwarden(['policy', 'set', '--yes', 'acmeCo/', pair]);
    expect(ran.code).toBe(2);
    expect(ran.out).toBe('');
    expect(ran.err.startsWith(problem)).toBe(true);
    expect(ran.err.split('\n')).toHaveLength(2);
  });

  it('refuses a key given twice, and a scope with a line break', async () => {
    const stage = cliStage();
    expect(
      (await stage.taskwarden(['policy', 'set', '--yes', 'a/', 'warnAfter=1d', 'warnAfter=2d'])).err,
    ).toBe('error: warnAfter is given twice; allowed: each key once\n');
    const ran = await stage.taskwarden(['policy', 'set', '--yes', 'a\nb/', 'warnAfter=1d']);
    expect(ran.code).toBe(2);
    expect(ran.err).toBe(
      'error: scope "a\\nb/" has a control character or a line break; a prefix has none\n',
    );
  });

  it.each(['local', 'dev'])('lets stage %s turn tasks off, with a grace of minutes', async (name) => {
    const stage = cliStage({ name });
    const ran = await stage.taskwarden([
      'policy',
      'set',
      '--yes',
      'global',
      'stage=disable',
      'disableAfter=10m',
    ]);
    expect(ran.code).toBe(0);
  });

  it('refuses a grace under a day in production', async () => {
    const stage = cliStage({ name: 'prod' });
    const grace = await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'disableAfter=12h']);
    expect(grace.err).toContain('disableAfter "12h" is too short');
    expect((await stage.taskwarden(['policy', 'list'])).out).toBe(
      'no policy is written: the defaults hold everywhere\n',
    );
  });

  it("refuses a mode above the deployment's ceiling", async () => {
    const stage = cliStage({ name: 'dev', modeCeiling: 'notify' });
    const ran = await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'stage=disable']);
    expect(ran.err).toBe(
      'error: stage "disable" is above modeCeiling of this deployment\'s configuration; ' +
        'allowed are "detect", "notify"\n',
    );
  });
});

describe('the older name of the mode', () => {
  it('is read in a policy that was stored with it, and stays its name in JSON', async () => {
    const stage = cliStage();
    const row = { ...keys.policy('acmeCo/'), v: 1, scope: 'acmeCo/', document: { stage: 'notify' }, w: 'w' };
    await stage.table.transact([{ put: row }], 'w');
    expect((await loadPolicies(stage.table)).for('acmeCo/a').mode).toBe('notify');
    expect((await stage.taskwarden(['policy', 'get', 'acmeCo/'])).out).toBe('mode=notify\n');
    const list = await stage.taskwarden(['policy', 'list', '--json']);
    expect(list.json).toEqual([{ scope: 'acmeCo/', policy: { stage: 'notify' } }]);
    const same = await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'mode=notify']);
    expect(same.out).toBe('unchanged: acmeCo/ says mode=notify\n');
    const raised = await stage.taskwarden([
      'policy',
      'set',
      '--yes',
      'acmeCo/',
      'mode=disable',
      'warnAfter=30d',
    ]);
    expect(raised.out).toBe('written: acmeCo/ says mode=disable warnAfter=30d\n');
    const after = (await loadPolicies(stage.table)).for('acmeCo/a');
    expect(after).toMatchObject({ mode: 'disable', modeRaisedAt: stage.system.clock.now() });
    const out = await stage.taskwarden(['policy', 'unset', '--yes', 'acmeCo/', 'stage']);
    expect(out.out).toBe('written: acmeCo/ says warnAfter=30d\n');
  });
});

describe('policy unset', () => {
  it('takes keys and leaves out, and the row away with the last one', async () => {
    const stage = cliStage();
    await stage.taskwarden([
      'policy',
      'set',
      'global',
      'blastRadius.share=0.2',
      'blastRadius.perRun=5',
      'warnAfter=1d',
    ]);
    const first = await stage.taskwarden([
      'policy',
      'unset',
      '--yes',
      'global',
      'blastRadius.share',
      'warnAfter',
    ]);
    expect(first.out).toBe('written: global says blastRadius.perRun=5\n');
    const last = await stage.taskwarden(['policy', 'unset', '--yes', 'global', '--all']);
    expect(last.out).toBe('written: nothing is written at global any more\n');
    expect(await stage.table.get(keys.policy(''))).toBeUndefined();
  });

  it('remembers that it raised the mode, and lists nothing for it', async () => {
    const stage = cliStage();
    const document = { stage: 'disable' };
    await stage.table.transact(
      [policyWrite('', document), policyWrite('acmeCo/a', { stage: 'notify' })],
      'w',
    );
    await stage.taskwarden(['policy', 'unset', '--yes', 'acmeCo/a', 'stage']);
    const book = await loadPolicies(stage.table);
    expect(book.for('acmeCo/a').modeRaisedAt).toBe(stage.system.clock.now());
    expect(book.for('acmeCo/b').modeRaisedAt).toBeNull();
    expect((await stage.taskwarden(['policy', 'list', '--json'])).json).toEqual([
      { scope: '', policy: document },
    ]);
  });

  it('mends a stored policy that is not valid', async () => {
    const stage = cliStage();
    await stage.table.transact([policyWrite('acmeCo/', { warnAfter: 'soon' })], 'w');
    const ran = await stage.taskwarden(['policy', 'unset', '--yes', 'acmeCo/', 'warnAfter']);
    expect(ran.out).toBe('written: nothing is written at acmeCo/ any more\n');
  });

  it.each([
    [['warnAfter'], 'error: warnAfter is not set here; set are "mode"\n'],
    [['warnafter'], 'error: unknown key "warnafter"; did you mean "warnAfter"?'],
    [[], 'error: what to take out is not clear; allowed: one or more keys, or --all\n'],
  ])('refuses %j', async (names, problem) => {
    const stage = cliStage();
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'stage=notify']);
    const ran = await stage.taskwarden(['policy', 'unset', '--yes', 'acmeCo/', ...names]);
    expect(ran.code).toBe(2);
    expect(ran.err.startsWith(problem)).toBe(true);
  });
});

describe('policy get and list', () => {
  async function written() {
    const stage = cliStage();
    await stage.taskwarden(['policy', 'set', '--yes', 'global', 'stage=notify', 'blastRadius.share=0.2']);
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'warnAfter=30d']);
    return stage;
  }

  it('shows what is written at a scope', async () => {
    const stage = await written();
    expect((await stage.taskwarden(['policy', 'get', 'global'])).out).toBe(
      'mode=notify\nblastRadius.share=0.2\n',
    );
    expect((await stage.taskwarden(['policy', 'get', 'acmeCo/a', '--json'])).json).toEqual([
      { scope: 'acmeCo/a', policy: {} },
    ]);
    expect((await stage.taskwarden(['policy', 'get', 'acmeCo/a'])).out).toBe(
      'nothing is written at acmeCo/a; --effective shows what holds there\n',
    );
  });

  it('shows what holds for a task, and where each value comes from', async () => {
    const stage = await written();
    const ran = await stage.taskwarden(['policy', 'get', 'acmeCo/a', '--effective', '--json']);
    expect(ran.json).toContainEqual({ leaf: 'stage', value: 'notify', from: 'global' });
    expect(ran.json).toContainEqual({ leaf: 'warnAfter', value: '30d', from: 'acmeCo/' });
    expect(ran.json).toContainEqual({ leaf: 'reminders', value: ['3d', '1d'], from: 'default' });
    expect(ran.json).toContainEqual({ leaf: 'blastRadius.share', value: 0.2, from: 'global' });
    expect(ran.json).toContainEqual({ leaf: 'rampPerDay', value: 500, from: 'default' });
    const table = (await stage.taskwarden(['policy', 'get', 'acmeCo/a', '--effective'])).out;
    expect(table).toMatch(/^mode +notify +global$/m);
    expect(table).toMatch(/^warnAfter +30d +acmeCo\/$/m);
  });

  it('lists all scopes', async () => {
    const stage = await written();
    expect((await stage.taskwarden(['policy', 'list'])).out).toBe(
      ['SCOPE    POLICY', 'global   mode=notify blastRadius.share=0.2', 'acmeCo/  warnAfter=30d', ''].join(
        '\n',
      ),
    );
  });

  it('refuses what is no scope', async () => {
    const ran = await (await written()).taskwarden(['policy', 'get', 'acmeCo//a']);
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.err).toContain('scope "acmeCo//a" has an empty part');
  });
});
