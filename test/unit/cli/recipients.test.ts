import { describe, expect, it } from 'vitest';
import { storePreferences } from '../../../functions/owner-page/preferences.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { loadRecipient, newRecipient, recipientWrite } from '../../../functions/store/recipients.ts';
import { cliStage, day, failingFleet, T } from './cli-stage.ts';

/** Ana was warned of her task on day 14, and her address bounced. */
async function bounced() {
  const stage = await failingFleet(['acmeCo/a']);
  await stage.scanOn(14);
  await stage.bounce('ana@acme.test');
  return stage;
}

describe('recipients list', () => {
  it('lists everybody who was mailed, or the suppressed alone', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.taskwarden(['subscriptions', 'add', 'acmeCo/', 'team@acme.test']);
    await stage.scanOn(14);
    await stage.bounce('team@acme.test');
    expect((await stage.taskwarden(['recipients', 'list'])).out.split('\n')).toEqual([
      'ADDRESS         STATE                                     REMINDERS  LAST MAIL',
      `ana@acme.test   not suppressed                            yes        ${day(14)}`,
      `team@acme.test  suppressed: bounce, ${day(14)}  yes        ${day(14)}`,
      '',
    ]);
    const suppressed = await stage.taskwarden(['recipients', 'list', '--suppressed', '--json']);
    const dead = { reason: 'bounce', at: day(14) };
    expect(suppressed.json).toMatchObject([{ address: 'team@acme.test', dead }]);
    expect(suppressed.json).toHaveLength(1);
  });

  it('still takes the older name of --suppressed, and shows it nowhere', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.taskwarden(['subscriptions', 'add', 'acmeCo/', 'team@acme.test']);
    await stage.scanOn(14);
    await stage.bounce('team@acme.test');
    const ran = await stage.taskwarden(['recipients', 'list', '--dead', '--json']);
    expect(ran).toMatchObject({ code: 0, json: [{ address: 'team@acme.test' }] });
    expect(ran.json).toHaveLength(1);
    const help = (await stage.taskwarden(['recipients', 'list', '--help'])).out;
    expect(help).toContain('--suppressed');
    expect(help).not.toContain('--dead');
  });
});

describe('recipients show', () => {
  it('shows wishes, notices with their tasks, offices and the newest mails', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.taskwarden(['subscriptions', 'add', 'acmeCo/', 'ana@acme.test']);
    await stage.taskwarden(['admins', 'add', 'other/', 'ana@acme.test']);
    await stage.scanOn(14);
    const quietHours = { from: '22:00', to: '06:00' };
    await storePreferences(stage.system, 'ana@acme.test', { language: 'de', quietHours });
    const [shown] = (await stage.taskwarden(['recipients', 'show', 'Ana@acme.test', '--json'])).json;
    expect(shown).toMatchObject({
      address: 'ana@acme.test',
      state: 'not suppressed',
      dead: null,
      remindersDeclined: false,
      zone: null,
      language: 'de',
      quietHours: '22:00 to 06:00',
      lastMailAt: day(14),
      notices: [{ task: 'acmeCo/a', episode: 1, waiting: null, owner: true, warning: 'accepted' }],
      subscriptions: [{ prefix: 'acmeCo/', alertTypes: ['task_abandoned', 'task_auto_disabled'] }],
      admin: ['other/'],
      mails: [{ to: 'ana@acme.test', state: 'sent', tasks: 1 }],
    });
    expect((await stage.taskwarden(['recipients', 'show', 'ana@acme.test'])).out).toContain('acmeCo/a');
  });

  it('says that nothing is known of somebody', async () => {
    const ran = await cliStage().taskwarden(['recipients', 'show', 'xi@acme.test']);
    expect(ran).toMatchObject({
      code: 2,
      err: 'error: nothing is known of "xi@acme.test" in stage local; "recipients list" names those who were ever mailed\n',
    });
  });
});

describe('recipients revive', () => {
  it('lets an address be mailed again: it is warned anew with a full grace, and the audit names who did it', async () => {
    const stage = await bounced();
    await stage.scanOn(15);
    expect(stage.mails).toHaveLength(1);
    const ran = await stage.taskwarden(['recipients', 'revive', 'ANA@acme.test']);
    expect(ran.out).toBe(
      'ana@acme.test is revived (was suppressed: bounce); next: warned again with the next scan\n',
    );
    await stage.scanOn(16);
    expect(stage.mails).toHaveLength(2);
    const [mail] = (await stage.taskwarden(['mail', 'show', stage.mails[1]!.digest, '--json'])).json;
    expect(mail).toMatchObject({ items: [{ task: 'acmeCo/a', notice: 'warning', disableAt: day(23) }] });
    const { rows } = await stage.table.query({ pk: 'AUDIT#recipients', sk: { prefix: 'L#' } });
    expect(rows).toMatchObject([{ by: 'olga', evidence: { was: { reason: 'bounce' } } }]);
    expect(JSON.stringify(rows)).not.toContain('ana@');
    expect((await stage.taskwarden(['recipients', 'list', '--suppressed'])).out).toBe(
      'there are no such recipients\n',
    );
  });

  it('changes nothing where the address is not suppressed or unknown', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    const unknown = await stage.taskwarden(['recipients', 'revive', 'ana@acme.test']);
    expect(unknown).toMatchObject({
      code: 2,
      err: 'error: nothing is known of "ana@acme.test" in stage local\n',
    });
    await stage.scanOn(14);
    const alive = await stage.taskwarden(['recipients', 'revive', 'ana@acme.test']);
    expect(alive.out).toBe('ana@acme.test is not suppressed: nothing is changed\n');
  });
});

it('one who is revived between two scans is notified of what was dropped while they were suppressed', async () => {
  const stage = await failingFleet(['acmeCo/a']);
  const key = recipientKey('ana@acme.test');
  const { queues } = stage.system;
  stage.system.queues = {
    send: async (queue, messages) => {
      // SES refused another mail to her before the message of this one is worked.
      const dead = { reason: 'rejected', at: T } as const;
      const record = (await loadRecipient(stage.table, key)) ?? newRecipient(key, 'ana@acme.test');
      await stage.table.transact([recipientWrite({ ...record, dead })], 'test');
      stage.system.queues = queues;
      await queues.send(queue, messages);
    },
  };
  await stage.scanOn(14);
  expect(stage.mails).toEqual([]);
  expect((await stage.taskwarden(['recipients', 'revive', 'ana@acme.test'])).code).toBe(0);
  await stage.scanOn(15);
  expect(stage.mails.map(({ to }) => to)).toEqual(['ana@acme.test']);
});
