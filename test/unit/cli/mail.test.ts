import { describe, expect, it } from 'vitest';
import { type CliStage, cliStage, day, failingFleet, T, taskLine } from './cli-stage.ts';

/** Two owners: Ana's two tasks and Bo's one were warned about on day 14. */
async function warned() {
  const stage = await failingFleet(['acmeCo/a', 'acmeCo/b']);
  const bo = taskLine('other/c', { owners: ['bo@other.test'] });
  await stage.taskwarden(['tasks', 'import', '-'], bo);
  await stage.scanOn(14);
  const mailTo = (address: string) => stage.mails.find(({ to }) => to === address)!.digest;
  return { stage, ana: mailTo('ana@acme.test'), bo: mailTo('bo@other.test') };
}

const auditOf = async (stage: CliStage, task: string) =>
  (await stage.table.query({ pk: `T#${task}`, sk: { prefix: 'L#' } })).rows;

describe('mail list', () => {
  it('lists mails, the newest first, and parts of them', async () => {
    const { stage, ana } = await warned();
    await stage.scanOn(18);
    const list = async (...args: string[]) =>
      (await stage.taskwarden(['mail', 'list', '--json', ...args])).json as Record<string, unknown>[];
    const all = await list();
    expect(all.map(({ at }) => at)).toEqual([day(18), day(18), day(14), day(14)]);
    // Both went at one instant, in either order.
    const toEach = (of: string) =>
      all.filter(({ to }) => to === of).map(({ at, tasks, says }) => [at, tasks, says]);
    expect(toEach('ana@acme.test')).toEqual([
      [day(18), 2, `2 reminders; first date ${day(21)}`],
      [day(14), 2, `2 warnings; first date ${day(21)}`],
    ]);
    expect(toEach('bo@other.test')).toEqual([
      [day(18), 1, `1 reminder; first date ${day(21)}`],
      [day(14), 1, `1 warning; first date ${day(21)}`],
    ]);
    expect(await list('--recipient', ' ANA@acme.test')).toHaveLength(2);
    expect(await list('--task', 'other/c', '--since', day(15))).toMatchObject([
      { to: 'bo@other.test', at: day(18), state: 'sent' },
    ]);
    expect(await list('--since', '1d')).toHaveLength(2);
    expect((await list('--task', 'acmeCo/a')).map(({ id }) => id)).toContain(ana);
    await stage.bounce('bo@other.test');
    expect(await list('--state', 'bounced')).toMatchObject([{ to: 'bo@other.test', at: day(18) }]);
    const first = await stage.taskwarden(['mail', 'list', '--limit', '1']);
    expect(first.out.split('\n')).toHaveLength(3);
    expect(first.err).toBe('note: the newest 1; --limit shows more\n');
  });

  it.each([
    [['--recipient', 'ana'], 'error: "ana" is no mail address; allowed: a plain address'],
    [
      ['--since', 'yesterday'],
      "error: option '--since <when>' argument 'yesterday' is invalid. Allowed: RFC",
    ],
    [['--limit', '0'], "error: option '--limit <count>' argument '0' is invalid."],
    [['--state', 'lost'], "error: option '--state <state>' argument 'lost' is invalid. Allowed choices are"],
  ])('refuses %j with one line', async (args, problem) => {
    const ran = await cliStage().taskwarden(['mail', 'list', ...args]);
    expect(ran.code).toBe(2);
    expect(ran.err.startsWith(problem)).toBe(true);
    expect(ran.err.split('\n')).toHaveLength(2);
  });
});

describe('mail show', () => {
  it('shows what became of a mail and the facts it was written from', async () => {
    const { stage, ana } = await warned();
    const [shown] = (await stage.taskwarden(['mail', 'show', ana, '--json'])).json;
    const item = { episode: 1, notice: 'warning', since: day(0), restarts: 0, disableAt: day(21) };
    expect(shown).toMatchObject({
      id: ana,
      to: 'ana@acme.test',
      state: 'sent',
      sentAt: day(14),
      messageId: expect.stringMatching(/^id-/),
      dead: null,
      items: [
        { task: 'acmeCo/a', ...item },
        { task: 'acmeCo/b', ...item },
      ],
    });
    expect((await stage.taskwarden(['mail', 'show', ana])).out).toContain(`  disableAt  ${day(21)}\n`);
  });

  it('says that there is no such mail', async () => {
    const ran = await cliStage().taskwarden(['mail', 'show', 'no\u001b']);
    expect(ran.code).toBe(2);
    expect(ran.err).toBe(
      'error: no mail "no\\u001b" is known in stage local; "mail list" names those of the last 400 days\n',
    );
  });
});

describe('mail resend', () => {
  it('tells again what still stands, with the date that stands, in one mail after the next scan', async () => {
    const { stage, ana } = await warned();
    await stage.taskwarden(
      ['tasks', 'import', '-'],
      taskLine('acmeCo/b', { shards: [{ id: '0', status: 'PRIMARY' }] }),
    );
    stage.setNow(T + 15 * 86_400_000);
    const { json, out } = await stage.taskwarden(['mail', 'resend', ana, '--json']);
    expect(json, out).toEqual([
      {
        mail: ana,
        to: 'ana@acme.test',
        items: [
          { task: 'acmeCo/a', episode: 1, notice: 'warning', reason: 'goes with the next mail' },
          { task: 'acmeCo/b', episode: 1, notice: null, reason: 'it does not stand any more (recovered)' },
        ],
      },
    ]);
    expect(stage.mails).toHaveLength(2);
    await stage.scanOn(15);
    const again = stage.mails.slice(2);
    expect(again.map(({ to }) => to)).toEqual(['ana@acme.test']);
    expect(again[0]!.text).toContain('acmeCo/a');
    expect(again[0]!.text).not.toContain('acmeCo/b');
    const [shown] = (await stage.taskwarden(['mail', 'show', again[0]!.digest, '--json'])).json;
    expect(shown).toMatchObject({ items: [{ task: 'acmeCo/a', notice: 'warning', disableAt: day(21) }] });
    expect(await auditOf(stage, 'acmeCo/a')).toMatchObject([
      { act: 'resend warning', by: 'olga', mails: [ana] },
    ]);
  });

  it('asks for no second notice while one waits, and its reminders and its date stay as they were', async () => {
    const { stage, ana } = await warned();
    await stage.taskwarden(['mail', 'resend', ana]);
    const twice = await stage.taskwarden(['mail', 'resend', ana]);
    expect(twice.out).toBe(
      [
        '0 of 2 go to ana@acme.test again',
        '  acmeCo/a  #1  left  waits for a mail already',
        '  acmeCo/b  #1  left  waits for a mail already',
        '',
      ].join('\n'),
    );
    const toAna = () => stage.mails.filter(({ to }) => to === 'ana@acme.test').length;
    await stage.scanOn(14.1);
    expect(toAna()).toBe(2);
    await stage.scanOn(18);
    expect(toAna()).toBe(3);
    await stage.scanOn(20.9);
    await stage.scanOn(21);
    const [alert] = (await stage.taskwarden(['alerts', 'show', 'acmeCo/a', '1', '--json'])).json;
    expect(alert).toMatchObject({ reason: 'disabled', resolvedAt: day(21) });
  });

  it('says once more that a task was disabled, while it is', async () => {
    const { stage } = await warned();
    for (const days of [18, 20, 21]) await stage.scanOn(days);
    const off = stage.mails.filter(({ to }) => to === 'bo@other.test').at(-1)!;
    await stage.taskwarden(['mail', 'resend', off.digest]);
    await stage.scanOn(22);
    const again = stage.mails.filter(({ to }) => to === 'bo@other.test').at(-1)!;
    expect(again.digest).not.toBe(off.digest);
    expect(again.subject).toBe(off.subject);
    await stage.taskwarden(['undo', '--task', 'other/c']);
    const { json } = await stage.taskwarden(['mail', 'resend', off.digest, '--json']);
    expect(json).toMatchObject([{ items: [{ notice: null, reason: 'it is no longer disabled' }] }]);
  });

  it('refuses a suppressed address, and says what to do first', async () => {
    const { stage, bo } = await warned();
    await stage.bounce('bo@other.test');
    const ran = await stage.taskwarden(['mail', 'resend', bo]);
    expect(ran.code).toBe(2);
    expect(ran.err).toBe(
      `error: "bo@other.test" is suppressed (bounce, ${day(14)}); revive it first: "recipients revive bo@other.test"\n`,
    );
  });
});
