import { describe, expect, it } from 'vitest';
import { namedLines } from '../../../cli/json-lines.ts';
import { loadPolicies, loadPolicyDocuments } from '../../../functions/store/policies.ts';
import { cliStage, day, failingFleet, fileWith, T, taskLine } from './cli-stage.ts';

const DAY = 86_400_000;

/** Two tasks that fail since `T`, warned without a date on day 14. */
async function warnedStage() {
  const stage = await failingFleet(['acmeCo/a', 'betaCo/b'], ['mode=notify', 'evidenceMaxAge=365d']);
  await stage.scanOn(14);
  return stage;
}

const rows = async (stage: { table: { scan(): Promise<{ rows: unknown[] }> } }) =>
  (await stage.table.scan()).rows;

describe('a change of policy that people would hear of', () => {
  it('is refused without a terminal and --yes, with what would happen, and changes nothing', async () => {
    const stage = await warnedStage();
    const before = await rows(stage);
    const ran = await stage.taskwarden(['policy', 'set', 'betaCo/', 'mode=disable']);
    // Warned with a date, reminded, disabled: one task each, which under today's policy hears nothing more.
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toBe(
      'error: this would change the policy of betaCo/ and have within 60 days 1 task warned about (today 0), 2 tasks reminded of (today 0), 1 task disabled (today 0); --yes lets it\n',
    );
    expect(await rows(stage)).toEqual(before);
    expect((await stage.taskwarden(['policy', 'set', 'betaCo/', 'mode=disable', '--yes'])).code).toBe(0);
  });

  it('asks where dates would be withdrawn, and not where nobody hears of anything', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.scanOn(14);
    const lowered = await stage.taskwarden(['policy', 'unset', 'global', 'mode']);
    expect(lowered.code).toBe(2);
    expect(lowered.err).toContain('1 task with a date that is withdrawn (today 0)');
    expect((await stage.taskwarden(['policy', 'set', 'zetaCo/', 'warnAfter=90d'])).code).toBe(0);
  });

  it('is shown day by day by --dry-run, which changes nothing', async () => {
    const stage = await warnedStage();
    const before = await rows(stage);
    const { code, json } = await stage.taskwarden([
      ...['policy', 'set', 'betaCo/', 'mode=disable', '--dry-run', '--json'],
    ]);
    expect(code).toBe(0);
    const [{ outcome, preview }] = json as [{ outcome: string; preview: Record<string, unknown>[] }];
    expect(outcome).toBe('dry-run');
    // A full grace of 7 days from the warning on day 14.
    expect(
      preview.filter(({ proposed }) => (proposed as Record<string, number> | undefined)?.disabled === 1),
    ).toMatchObject([
      { type: 'day', day: day(21).slice(0, 10), tenant: 'betaCo', proposed: { disabled: 1 } },
      { type: 'total', today: { disabled: 0 }, proposed: { disabled: 1 } },
    ]);
    expect(await rows(stage)).toEqual(before);
  });
});

describe('policy history and diff', () => {
  it('say who changed what, when and why, and how it was at an instant', async () => {
    const stage = cliStage();
    await stage.taskwarden(['policy', 'set', 'acmeCo/', 'warnAfter=30d', '--reason', 'slow batches']);
    stage.setNow(T + 2 * DAY);
    await stage.taskwarden(['policy', 'set', 'global', 'rampPerDay=10']);
    stage.setNow(T + 4 * DAY);
    await stage.taskwarden(['policy', 'unset', 'acmeCo/', '--all', '--reason', 'they are fast now']);

    expect((await stage.taskwarden(['policy', 'history', 'acmeCo/'])).out).toBe(
      [
        `${day(0)} policy set by olga: slow batches`,
        '  + acmeCo/ warnAfter=30d',
        `${day(4)} policy unset by olga: they are fast now`,
        '  - acmeCo/ warnAfter=30d',
        '',
      ].join('\n'),
    );
    expect((await stage.taskwarden(['policy', 'history', '--since', '1d', '--json'])).json).toEqual([
      {
        ...{ at: day(4), act: 'policy unset', by: 'olga', reason: 'they are fast now' },
        changes: [{ scope: 'acmeCo/', before: { warnAfter: '30d' }, after: {} }],
      },
    ]);
    const diff = (...args: string[]) => stage.taskwarden(['policy', 'diff', ...args]);
    expect((await diff('--from', day(1))).out).toBe('+ global rampPerDay=10\n- acmeCo/ warnAfter=30d\n');
    expect((await diff('--from', day(1), '--to', day(3))).out).toBe('+ global rampPerDay=10\n');
    expect((await diff('--from', day(5))).out).toBe('nothing differs\n');
    expect((await diff()).err).toBe('error: policy diff: give either a file, or --from\n');
  });
});

describe('changes of one instant', () => {
  it('are told, and taken back, in the order in which they were written', async () => {
    // Whatever the names of their rows: these are sorted by what was done and by whom.
    const values = ['30d', '20d', '60d', '40d', '35d', '50d', '10d', '90d'];
    const stage = cliStage();
    stage.setNow(T + DAY);
    for (const value of values) await stage.taskwarden(['policy', 'set', 'acmeCo/', `warnAfter=${value}`]);
    await stage.taskwarden(['policy', 'set', 'betaCo/', 'warnAfter=15d']);
    const { json } = await stage.taskwarden(['policy', 'history', 'acmeCo/', '--json']);
    const acts = json as { changes: { after: { warnAfter: string } }[] }[];
    expect(acts.map(({ changes }) => changes[0]?.after.warnAfter)).toEqual(values);
    stage.setNow(T + 3 * DAY);
    const { out } = await stage.taskwarden(['policy', 'diff', '--from', day(0)]);
    expect(out).toBe('+ acmeCo/ warnAfter=90d\n+ betaCo/ warnAfter=15d\n');
    expect((await stage.taskwarden(['policy', 'diff', '--from', day(0), '--to', day(0)])).out).toBe(
      'nothing differs\n',
    );
  });
});

describe('the lines of names in JSON', () => {
  it('are told from texts that look like names, whatever they escape', () => {
    const text = '{"a\\"{": "b\\":", "list": [\n{"x": 1}, {"x"\n: "y"}],\n"\\u0062": {"x": {}}}';
    expect(namedLines(text)).toEqual([
      { path: ['a"{'], line: 1 },
      { path: ['list'], line: 1 },
      { path: ['list', 'x'], line: 2 },
      { path: ['list', 'x'], line: 2 },
      { path: ['b'], line: 4 },
      { path: ['b', 'x'], line: 4 },
    ]);
  });
});

describe('policy export and import', () => {
  it('carry all policies from one stage to another as one file', async () => {
    const from = cliStage();
    await from.taskwarden(['policy', 'set', 'global', 'warnAfter=30d', 'blastRadius.share=0.2']);
    await from.taskwarden(['policy', 'set', 'acmeCo/', 'mode=notify', 'reminders=5d,1d']);
    const file = (await from.taskwarden(['policy', 'export'])).out;
    expect(JSON.parse(file)).toEqual({
      version: 1,
      policies: {
        global: { blastRadius: { share: 0.2 }, warnAfter: '30d' },
        'acmeCo/': { mode: 'notify', reminders: ['5d', '1d'] },
      },
    });

    const to = cliStage();
    await to.taskwarden(['policy', 'set', 'oldCo/', 'warnAfter=20d']);
    expect((await to.taskwarden(['policy', 'diff', fileWith(file)])).out).toBe(
      [
        ...['+ global blastRadius.share=0.2', '+ global warnAfter=30d'],
        ...['+ acmeCo/ mode=notify', '+ acmeCo/ reminders=5d,1d', '- oldCo/ warnAfter=20d', ''],
      ].join('\n'),
    );
    const ran = await to.taskwarden(['policy', 'import', '-', '--reason', 'reviewed'], file);
    expect(ran.out).toContain('written: the policies of global and 2 more\n');
    expect(await loadPolicyDocuments(to.table)).toEqual(await loadPolicyDocuments(from.table));
    expect((await to.taskwarden(['policy', 'import', '-'], file)).out).toBe(
      'unchanged: the stage says what the file says\n',
    );
    const history = (await to.taskwarden(['policy', 'history', 'oldCo/'])).out;
    expect(history).toContain(`${day(0)} policy import by olga: reviewed\n  - oldCo/ warnAfter=20d\n`);
  });

  it('write nothing of a file of which one policy is wrong', async () => {
    const stage = cliStage({ modeCeiling: 'notify' });
    await stage.taskwarden(['policy', 'set', 'acmeCo/', 'warnAfter=20d']);
    const before = await rows(stage);
    const policies = {
      'betaCo/': { warnAfter: '5d', reminder: ['1d'] },
      'gamma//': {},
      a: { mode: 'disable' },
    };
    const ran = await stage.taskwarden(
      ['policy', 'import', '-'],
      JSON.stringify({ version: 1, policies }, null, 2),
    );
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/^error: standard input line 6: "betaCo\/": .*unknown key "reminder"/);
    expect(ran.err).toContain('standard input line 10: scope "gamma//" has an empty part');
    expect(ran.err).toContain('standard input line 12: "a": mode "disable" is above modeCeiling');
    expect(ran.err).toContain('nothing was changed');
    expect(await rows(stage)).toEqual(before);
  });

  it.each([
    ['{', 'standard input is no JSON: line 1, column 2: expected a name in double quotes or }'],
    ['[]', 'standard input: it is no object'],
    ['{"version":2,"policies":{}}', 'standard input line 1: version is 2; allowed is 1'],
    ['{"version":1,"policies":{"":{}}}', 'line 1: policies has an empty scope; the global one is "global"'],
    ['{"version":1,\n"policies":{},\n"more":1}', 'line 3: it has an unknown key "more"; allowed are version'],
    ['{"version":1,"$schema":2,"policies":{}}', 'line 1: $schema is 2; allowed is a text'],
    [
      '{"version":1,"policies":{"a/":{\n"mode":"notify",\n"mode":"detect"}}}',
      'line 2: "mode" is given again on line 3',
    ],
    [
      '{"version":1,"policies":{\n"a/":{},\n"a/":{}}}',
      'standard input line 2: "a/" is given again on line 3',
    ],
    [
      '{"version":1,"policies":{"global":{\n"blastRadius":{"perRun":5,\n"share":2}}}}',
      'standard input line 3: global: blastRadius.share is 2; a share is a number',
    ],
    [
      '{"version":1,"policies":{"a/":{\n"reminders":["3d",\n"x"]}}}',
      'standard input line 2: "a/": reminders[1] is "x"; durations are text',
    ],
  ])('refuse %s, and say in which line', async (text, problem) => {
    const ran = await cliStage().taskwarden(['policy', 'import', '-'], text);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(problem);
  });

  it('take a file that names its schema, as editors want it', async () => {
    const stage = cliStage();
    const file = {
      $schema: './policies.schema.json',
      version: 1,
      policies: { 'acmeCo/': { mode: 'notify' } },
    };
    expect((await stage.taskwarden(['policy', 'import', '-'], JSON.stringify(file))).code).toBe(0);
    expect((await stage.taskwarden(['policy', 'export'])).out).not.toContain('$schema');
  });

  it('note a mode that rises for a scope and for what is around it: promise 3', async () => {
    const stage = cliStage();
    await stage.taskwarden(['tasks', 'import', '-'], taskLine('acmeCo/a'));
    const text = (policies: object) => JSON.stringify({ version: 1, policies });
    stage.setNow(T + DAY);
    await stage.taskwarden(['policy', 'import', '-', '--yes'], text({ global: { mode: 'disable' } }));
    expect((await loadPolicies(stage.table)).for('acmeCo/a').modeRaisedAt).toBe(T + DAY);
    stage.setNow(T + 2 * DAY);
    await stage.taskwarden(['policy', 'import', '-', '--yes'], text({ 'acmeCo/': { mode: 'notify' } }));
    stage.setNow(T + 3 * DAY);
    await stage.taskwarden(['policy', 'import', '-', '--yes'], text({ 'acmeCo/': { mode: 'disable' } }));
    expect((await loadPolicies(stage.table)).for('acmeCo/a').modeRaisedAt).toBe(T + 3 * DAY);
  });
});
