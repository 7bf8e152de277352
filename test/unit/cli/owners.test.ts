import { describe, expect, it } from 'vitest';
import type { Task } from '../../../functions/abandonment/task.ts';
import { DAY } from '../../../functions/abandonment/time.ts';
import { parseOwnerFile } from '../../../functions/operators/owner-file.ts';
import { saysOf } from '../../../functions/owner-page/entitlement.ts';
import { FleetView } from '../../../functions/store/fleet-view.ts';
import { keys } from '../../../functions/store/keys.ts';
import { allRows } from '../../../functions/store/rows.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { type CliStage, cliStage, fileWith, T, taskLine } from './cli-stage.ts';

const OWNERS = `# who owns what names nobody
*            all@acme.test
acmeCo/      Ana@Acme.test ben@acme.test   # both
acmeCo/tmp/  # nobody
`;

const importing = (stage: CliStage, text: string, ...more: string[]) =>
  stage.taskwarden(['owners', 'import', '-', ...more], text);

describe('owners import', () => {
  it('puts rules in force, says what is new, and lists them', async () => {
    const stage = cliStage();
    const ran = await importing(stage, OWNERS);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toBe(
      '+ line 2: * all@acme.test\n+ line 3: acmeCo/ ana@acme.test ben@acme.test\n+ line 4: acmeCo/tmp/ nobody\n' +
        'imported 3 rules (3 new, 0 gone); they hold from the next scan on\n',
    );
    const { json } = await stage.taskwarden(['owners', 'list', '--json']);
    expect(json).toEqual([
      { line: 2, pattern: '*', owners: ['all@acme.test'] },
      { line: 3, pattern: 'acmeCo/', owners: ['ana@acme.test', 'ben@acme.test'] },
      { line: 4, pattern: 'acmeCo/tmp/', owners: [] },
    ]);
  });

  it('replaces those before, keeps one row of them, and writes nothing where nothing changes', async () => {
    const stage = cliStage();
    await importing(stage, OWNERS);
    const changed = await importing(stage, OWNERS.replace('ben@', 'cem@'));
    expect(changed.out).toContain('- line 3: acmeCo/ ana@acme.test ben@acme.test\n+ line 3:');
    expect(changed.out).toContain('imported 3 rules (1 new, 1 gone)');
    expect(await allRows(stage.table, { pk: 'OWNER-RULES' })).toHaveLength(1);
    const before = await stage.table.get(keys.pauses());
    expect((await importing(stage, OWNERS.replace('ben@', 'cem@'))).out).toContain('unchanged: 3 rules');
    expect(await stage.table.get(keys.pauses())).toEqual(before);
  });

  it('with --dry-run only says what it would do', async () => {
    const stage = cliStage();
    const ran = await importing(stage, OWNERS, '--dry-run');
    expect(ran.out).toContain('would import 3 rules (3 new, 0 gone)');
    expect(await stage.table.get(keys.pauses())).toBeUndefined();
    expect((await stage.taskwarden(['owners', 'list'])).out).toContain('there are no rules');
  });

  it('an empty file ends all rules', async () => {
    const stage = cliStage();
    await importing(stage, OWNERS);
    expect((await importing(stage, '# none\n')).out).toContain('imported 0 rules (0 new, 3 gone)');
    expect(await allRows(stage.table, { pk: 'OWNER-RULES' })).toEqual([]);
  });

  it('refuses a file with its bad lines, and changes nothing', async () => {
    const stage = cliStage();
    const ran = await importing(stage, 'acmeCo/ ana@acme.test\nacmeCo//x ana@acme.test\nbobCo/ @team\n');
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/^error: standard input line 2: pattern "acmeCo\/\/x" has an empty part/);
    expect(ran.err).toContain('line 3: owner "@team" is no mail address');
    expect(ran.err).toMatch(/; nothing was changed\n$/);
    expect(await stage.table.get(keys.pauses())).toBeUndefined();
  });

  it('warns of a rule that can never count', async () => {
    const ran = await importing(
      cliStage(),
      'acmeCo/x ana@acme.test\nbobCo/ ben@acme.test\nacmeCo/ cem@acme.test\n',
    );
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.err).toBe('warning: line 1 never counts: line 3 (acmeCo/) matches all that it matches\n');
  });

  it('is in the audit, without addresses', async () => {
    const stage = cliStage();
    await importing(stage, OWNERS);
    const [row] = await allRows(stage.table, { pk: keys.auditBeside('operators', 0, '', '').pk });
    expect(row).toMatchObject({
      act: 'owners import',
      by: 'olga',
      evidence: { rules: 3, added: 3, removed: 0 },
    });
    expect(JSON.stringify(row)).not.toContain('@');
  });
});

describe('a file of owner rules', () => {
  it('has spaces in ids behind a backslash, comments behind a space, and lines of any system', () => {
    const parsed = parseOwnerFile(
      '\u{feff}acmeCo/the\\ orders/\tana@acme.test\r\n  # x\r\na#b/ ben@acme.test',
      null,
    );
    expect(parsed).toEqual({
      ok: true,
      rules: [
        { line: 1, pattern: 'acmeCo/the\\ orders/', owners: ['ana@acme.test'] },
        { line: 3, pattern: 'a#b/', owners: ['ben@acme.test'] },
      ],
    });
  });

  it('holds owners to the allowed domains', () => {
    const parsed = parseOwnerFile('acmeCo/ ana@evil.test', ['Acme.test']);
    expect(parsed).toEqual({
      ok: false,
      bad: [
        { line: 1, problem: expect.stringContaining('"ana@evil.test" is of a domain that allowedDomains') },
      ],
    });
    expect(parseOwnerFile('acmeCo/ ana@acme.test', ['Acme.test']).ok).toBe(true);
  });

  it.each([
    ['5,001 rules', 'acmeCo/ ana@acme.test\n'.repeat(5_001), 5_001, 'is rule 5001; allowed are 5000 rules'],
    ['more than 256 KiB', `#${'x'.repeat(262_144)}`, 1, 'the file has 262145 bytes; allowed are 262144'],
    [
      '1,001 owners',
      `a/ ${Array.from({ length: 1_001 }, (_, n) => `a${n}@b.c`).join(' ')}`,
      1,
      'has 1001 owners',
    ],
  ])('has an end: %s', (_, text, line, problem) => {
    expect(parseOwnerFile(text, null)).toEqual({
      ok: false,
      bad: [{ line, problem: expect.stringContaining(problem) }],
    });
  });
});

describe('owners test', () => {
  it('says which rule counts, by those in force or those of a file', async () => {
    const stage = cliStage();
    await importing(stage, OWNERS);
    const test = async (...args: string[]) => (await stage.taskwarden(['owners', 'test', ...args])).out;
    expect(await test('acmeCo/a')).toBe('acmeCo/a: line 3: acmeCo/ ana@acme.test ben@acme.test\n');
    expect(await test('acmeCo/tmp/a')).toBe('acmeCo/tmp/a: line 4: acmeCo/tmp/ nobody\n');
    const file = fileWith('acmeCo/ eve@acme.test');
    expect(await test('bobCo/a', '--file', file)).toBe('bobCo/a: no rule matches it\n');
  });

  it('says where the task names its owners itself', async () => {
    const stage = cliStage();
    await importing(stage, OWNERS);
    await stage.taskwarden(['tasks', 'import', '-'], taskLine('acmeCo/a', { owners: ['dan@acme.test'] }));
    const { json } = await stage.taskwarden(['owners', 'test', 'acmeCo/a', '--json']);
    expect(json).toMatchObject([{ from: 'task', owners: ['dan@acme.test'], rule: { line: 3 } }]);
  });
});

/** Tasks without owners that fail since `T`, warned on day 14. */
async function ownerless(...ids: string[]) {
  const stage = cliStage();
  await stage.taskwarden([
    'policy',
    'set',
    'global',
    'stage=disable',
    'evidenceMaxAge=365d',
    'scanEvery=30d',
  ]);
  const lines = ids.map((id) => taskLine(id, { owners: [] }));
  await stage.taskwarden(['tasks', 'import', '-'], lines.join('\n'));
  const subjects = () => stage.mails.map(({ to, subject }) => `${to}: ${subject}`);
  const explained = async (id: string) => (await stage.taskwarden(['explain', id, '--json'])).json[0];
  return { ...stage, subjects, explained };
}

const WARNED = (to: string, task: string) =>
  expect.stringMatching(new RegExp(`^${to}: ${task} will be turned off`));

describe('a task that names no owner', () => {
  it('has those whom its rule names: they are warned, and mails and explain say why', async () => {
    const stage = await ownerless('acmeCo/a');
    await importing(stage, OWNERS);
    await stage.scanOn(14);
    expect(stage.subjects()).toEqual([WARNED('ana@acme.test', 'a'), WARNED('ben@acme.test', 'a')]);
    expect(stage.mails[0]?.text).toContain('You get this because you own this task by the rule "acmeCo/".');
    expect(await stage.explained('acmeCo/a')).toMatchObject({
      owners: { from: 'rule', rule: { line: 3, pattern: 'acmeCo/' } },
      recipients: [
        { address: 'ana@acme.test', as: 'owner by rule (line 3)' },
        { address: 'ben@acme.test', as: 'owner by rule (line 3)' },
      ],
    });
    const { out } = await stage.taskwarden(['explain', 'acmeCo/a']);
    expect(out).toContain('Owners\n  ana@acme.test  by rule, line 3: acmeCo/\n');
  });

  it('follows its rules with the next scan, though nobody writes its row', async () => {
    const stage = await ownerless('acmeCo/a', 'bobCo/a');
    await importing(stage, OWNERS);
    await stage.scanOn(14);
    const rev = async (id: string) => (await loadTask(stage.table, id))?.rev;
    const before = [await rev('acmeCo/a'), await rev('bobCo/a')];
    stage.mails.length = 0;
    await importing(stage, OWNERS.replace('ben@', 'cem@'));
    expect([await rev('acmeCo/a'), await rev('bobCo/a')]).toEqual(before);
    await stage.scanOn(15);
    expect(stage.subjects()).toEqual([WARNED('cem@acme.test', 'a')]);
    // What no changed rule touches is not looked at.
    expect(await rev('bobCo/a')).toBe(before[1]);
  });

  it('has nobody where the last rule that matches names nobody: the admins stand in', async () => {
    const stage = await ownerless('acmeCo/tmp/a');
    await stage.taskwarden(['admins', 'add', 'acmeCo/', 'boss@acme.test']);
    await importing(stage, OWNERS);
    await stage.scanOn(14);
    expect(stage.subjects()).toEqual([WARNED('boss@acme.test', 'a')]);
    expect(stage.mails[0]?.text).toContain('You get this because you are an admin of "acmeCo/".');
    expect(await stage.explained('acmeCo/tmp/a')).toMatchObject({
      owners: { from: 'rule', addresses: [], rule: { line: 4 } },
      recipients: [{ address: 'boss@acme.test', as: 'admin of acmeCo/' }],
    });
  });

  it('has nobody without rules, as before', async () => {
    const stage = await ownerless('acmeCo/a');
    await stage.scanOn(14);
    expect(stage.subjects()).toEqual([]);
    expect(await stage.explained('acmeCo/a')).toMatchObject({
      owners: { from: 'none', addresses: [], rule: null },
      holds: [{ reason: 'no-reachable-owner' }],
    });
  });

  it('gives a say to those whom its rule names, as long as it does', async () => {
    const stage = await ownerless('acmeCo/a');
    await importing(stage, OWNERS);
    const hasSay = async (address: string) => {
      const view = await FleetView.load(stage.table, stage.system.clock.now());
      const { task } = (await loadTask(stage.table, 'acmeCo/a')) as { task: Task };
      return (await saysOf(stage.table, [task], address, (owned) => view.ownersOf(owned)))(task);
    };
    expect([await hasSay('ana@acme.test'), await hasSay('all@acme.test')]).toEqual([true, false]);
    await importing(stage, '# none');
    expect(await hasSay('ana@acme.test')).toBe(false);
  });
});

it('rules are not asked for a task that names its owners, reachable or not', async () => {
  const stage = await ownerless();
  await stage.taskwarden(['tasks', 'import', '-'], taskLine('acmeCo/a', { owners: ['dan@acme.test'] }));
  await importing(stage, OWNERS);
  await stage.scanOn(14);
  expect(stage.subjects()).toEqual([WARNED('dan@acme.test', 'a')]);
  stage.setNow(T + 15 * DAY);
  await stage.bounce('dan@acme.test');
  stage.mails.length = 0;
  await stage.scanOn(16);
  expect(stage.subjects()).toEqual([]);
});

it('a mail about tasks for different reasons says each of them', async () => {
  const stage = await ownerless('acmeCo/a', 'bobCo/b');
  await stage.taskwarden(['subscriptions', 'add', 'bobCo/', 'ana@acme.test']);
  await importing(stage, 'acmeCo/ ana@acme.test');
  await stage.scanOn(14);
  const [mail] = stage.mails;
  expect(mail?.text).toContain('You get this because you own it by the rule "acmeCo/".');
  expect(mail?.text).toContain('You get this because you subscribed to "bobCo/".');
});

it('whom the rules name is said by recipients forget, for the file is not ours to change', async () => {
  const stage = await ownerless('acmeCo/a');
  await importing(stage, OWNERS);
  await stage.scanOn(14);
  const { out } = await stage.taskwarden(['recipients', 'forget', 'ana@acme.test', '--yes']);
  expect(out).toContain(
    'the owner rules still name them (lines 3): take them out of the file, and import it',
  );
});

it('rules that are replaced while they are looked up are found all the same', async () => {
  const stage = await ownerless('acmeCo/a');
  await importing(stage, OWNERS);
  const view = await FleetView.load(stage.table, stage.system.clock.now());
  await importing(stage, 'acmeCo/ dan@acme.test');
  const { task } = (await loadTask(stage.table, 'acmeCo/a')) as { task: Task };
  // Another process has read neither of them.
  const { loadOwnerRules } = await import('../../../functions/store/owner-rules.ts');
  await loadOwnerRules(stage.table, (await stage.table.get(keys.pauses()))?.ownerRules as string);
  expect((await view.ownersOf(task)).addresses).toEqual(['dan@acme.test']);
});
