import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../../functions/abandonment/time.ts';
import { addSubscription } from '../../../../functions/operators/people.ts';
import { recipientKey } from '../../../../functions/platform/addresses.ts';
import { reportsGenerator } from '../../../../functions/scanner/generators/reports.ts';
import { factDaysWrite, loadFactDays } from '../../../../functions/store/facts.ts';
import { index, keys } from '../../../../functions/store/keys.ts';
import { loadRecipient, newRecipient, recipientWrite } from '../../../../functions/store/recipients.ts';
import { puts, refusing } from '../../store/refusing-table.ts';
import { workStage } from '../../work/stage.ts';
import { runStage } from '../run-stage.ts';

const LEAD = 'lead@acme.test';

it('who is queued for their first mail is asked for by the address that they subscribed with', async () => {
  const { system, table, sent, pass, scan } = workStage();
  const subscription = { prefix: 'acmeCo/', email: LEAD, alertTypes: ['weekly_report'] };
  await addSubscription(system, subscription, 'ops@acme.test');
  // The Sunday is counted; the scan before left them a message, and nobody mailed them yet.
  const days = { ...(await loadFactDays(table)), day: '2026-03-01' };
  const queued = { ...newRecipient(recipientKey(LEAD), null), queuedFor: system.clock.now() };
  await table.transact([factDaysWrite(days), recipientWrite(queued)], 'a stage that runs');
  pass(13 * HOUR);
  await scan();

  expect(sent.map(({ body }) => JSON.parse(body).kind)).toContain('report');
  expect((await loadRecipient(table, recipientKey(LEAD)))?.address).toBe(LEAD);
});

describe('the reports of a week', () => {
  /** A stage whose Sunday is counted, and who subscribed to what. */
  const stageOf = async (
    day: string | null,
    week: string | null,
    ...subscribed: [string, string, string?][]
  ) => {
    const stage = runStage();
    if (day !== null) await stage.write(factDaysWrite({ day, week, rev: 0 }));
    for (const [prefix, email, type = 'weekly_report'] of subscribed)
      await addSubscription(stage.system, { prefix, email, alertTypes: [type] }, 'ops@acme.test');
    const take = async (how = {}) => stage.take(reportsGenerator, await stage.begin(), how);
    const asked = () => stage.sent.map(({ body: { key, week: of, tenants } }) => [key, of, tenants]);
    return { ...stage, take, asked, days: () => loadFactDays(stage.table) };
  };
  // The stage's clock stands on Sunday, the 1st of March; the week before began on the 16th of February.
  const SUNDAY = '2026-02-22';
  const MONDAY = '2026-02-16';
  const keyOf = recipientKey;

  it('are asked for once their Sunday is counted, one for each subscriber, and once', async () => {
    const stage = await stageOf(
      '2026-02-27',
      '2026-02-09',
      ['acmeCo/', LEAD],
      ['beta/', LEAD],
      ['', 'boss@acme.test'],
    );
    stage.pass(-DAY);
    expect(await stage.take()).toMatchObject({ cursor: null, worked: 2 });
    expect(stage.asked().sort()).toEqual(
      [
        [keyOf('boss@acme.test'), MONDAY, ['']],
        [keyOf(LEAD), MONDAY, ['acmeCo', 'beta']],
      ].sort(),
    );
    expect(stage.sent[0]).toMatchObject({
      queue: 'notify',
      group: 'weekly-report',
      body: { kind: 'report' },
    });
    expect(await stage.days()).toMatchObject({ day: '2026-02-27', week: MONDAY });
    expect((await loadRecipient(stage.table, keyOf(LEAD)))?.address).toBe(LEAD);
    expect(await stage.take()).toMatchObject({ cursor: null, worked: 0 });
    expect(stage.sent).toHaveLength(2);
  });

  it.each<[string, string | null, string | null, number]>([
    ['nothing is counted yet', null, null, 0],
    ['no Sunday is', '2026-02-21', '2026-02-09', 0],
    ['it is the first of all', SUNDAY, null, 1],
    ['it was mailed', '2026-02-28', MONDAY, 0],
    ['a later one was', SUNDAY, '2026-02-23', 0],
  ])('are asked for by what is counted: %s', async (_what, day, week, mails) => {
    const stage = await stageOf(day, week, ['acmeCo/', LEAD]);
    stage.pass(-DAY);
    expect(await stage.take()).toMatchObject({ cursor: null, worked: mails });
    expect(stage.sent).toHaveLength(mails);
  });

  // Six days after the 22nd of February is the 28th.
  it.each([
    [-12 * HOUR - 1, 1],
    [-12 * HOUR, 0],
  ])(
    'of a week that ended more than six days ago are not (%i after noon of the 1st)',
    async (after, mails) => {
      const stage = await stageOf(SUNDAY, null, ['acmeCo/', LEAD]);
      stage.pass(after);
      await stage.take();
      expect(stage.sent).toHaveLength(mails);
    },
  );

  it.each<[string, string, string?]>([
    ['other alerts', 'acmeCo/', 'task_abandoned'],
    ['a part of a tenant', 'acmeCo/prod/'],
    ['one task', 'acmeCo/a'],
  ])('are not for who subscribed to %s', async (_what, prefix, type) => {
    const stage = await stageOf(SUNDAY, null, [prefix, LEAD, type ?? 'weekly_report']);
    stage.pass(-DAY);
    expect(await stage.take()).toMatchObject({ worked: 0 });
    expect(stage.sent).toEqual([]);
    expect((await stage.days()).week).toBe(MONDAY);
  });

  it('are mailed to people alone', async () => {
    const stage = await stageOf(SUNDAY, null);
    const topic = 'arn:aws:sns:eu-west-1:123456789012:chat' as const;
    const row = {
      prefix: '',
      topic,
      alertTypes: ['weekly_report'],
      g2pk: index.subscriptions(),
      g2sk: topic,
    };
    await stage.write({ put: { ...keys.subscription('', topic), v: 1, ...row } });
    stage.pass(-DAY);
    expect(await stage.take()).toMatchObject({ worked: 0 });
  });

  it('tell of twenty tenants at most', async () => {
    const many = Array.from({ length: 22 }, (_, number): [string, string] => [
      `t${String(number).padStart(2, '0')}/`,
      LEAD,
    ]);
    const stage = await stageOf(SUNDAY, null, ...many);
    stage.pass(-DAY);
    await stage.take();
    expect(stage.asked()[0]?.[2]).toHaveLength(20);
  });

  it('are asked for by the next turn where time is short, and the week is not noted before', async () => {
    const stage = await stageOf(SUNDAY, null, ['acmeCo/', LEAD]);
    stage.pass(-DAY);
    expect(await stage.take({ budget: { spent: () => true } })).toMatchObject({ cursor: '0' });
    expect((await stage.days()).week).toBeNull();
    await stage.take();
    expect(stage.sent).toHaveLength(1);
  });

  it('are asked for again where that could not be noted', async () => {
    const stage = await stageOf(SUNDAY, null, ['acmeCo/', LEAD]);
    stage.pass(-DAY);
    stage.on(refusing(stage.system.table, (writes) => puts(writes, 'META', ({ sk }) => sk === 'FACTS')));
    await expect(stage.take()).rejects.toThrow(
      'the week could not be noted (refused); it is asked for again',
    );
  });

  it('keep what is known of a subscriber', async () => {
    const stage = await stageOf(SUNDAY, null, ['acmeCo/', 'Lead@acme.test']);
    await stage.write(recipientWrite({ ...newRecipient(keyOf(LEAD), LEAD), declined: true }));
    stage.pass(-DAY);
    await stage.take();
    expect(await loadRecipient(stage.table, keyOf(LEAD))).toMatchObject({ address: LEAD, declined: true });
  });

  it('are asked for each hour, however long there was nothing', () => {
    expect(reportsGenerator).toMatchObject({ band: 'normal', everySeconds: 3_600, mostSeconds: 3_600 });
  });
});
