import { describe, expect, it } from 'vitest';
import { PolicyBook } from '../../../functions/abandonment/policy-book.ts';
import { DAY, MINUTE } from '../../../functions/abandonment/time.ts';
import { keys } from '../../../functions/store/keys.ts';
import { taskWrite } from '../../../functions/store/tasks.ts';
import { T } from '../cli/cli-stage.ts';
import { OTHER_TOPIC, POLICY, TOPIC, topicStage } from './topic-stage.ts';

const datesIn = (text: string): string[] =>
  text.replace(/\s+/g, ' ').match(/\d+ \w+ \d{4}, \d\d:\d\d UTC/g) ?? [];

describe('a topic subscribed to a prefix', () => {
  it('repeats the warning that its owner got, with the same date, and each rung after it', async () => {
    const stage = await topicStage();
    await stage.on(14);
    expect(stage.mails.map(({ to }) => to)).toEqual(['ana@acme.test']);
    expect(stage.published).toHaveLength(1);
    const [message] = stage.published;
    expect(message).toMatchObject({ topic: TOPIC, subject: stage.mails[0]?.subject });
    expect(message?.text).toContain('acmeCo/a');
    expect(datesIn(message?.text ?? '')).toEqual(datesIn(stage.mails[0]?.text ?? ''));
    expect(datesIn(message?.text ?? '')).toHaveLength(1);
    await stage.on(18);
    await stage.on(20);
    await stage.on(21);
    await stage.on(21.1);
    expect(stage.published.map(({ attributes }) => attributes)).toEqual([
      { alertType: 'task_abandoned', notices: ['warning'], taskCount: 1, stage: 'local' },
      { alertType: 'task_abandoned', notices: ['reminder'], taskCount: 1, stage: 'local' },
      { alertType: 'task_abandoned', notices: ['reminder'], taskCount: 1, stage: 'local' },
      { alertType: 'task_auto_disabled', notices: ['disabled'], taskCount: 1, stage: 'local' },
    ]);
    expect(stage.published[3]?.subject).toBe('a was turned off');
  });

  it('is told of many tasks in one message', async () => {
    const stage = await topicStage(['acmeCo/a', 'acmeCo/b', 'acmeCo/c']);
    await stage.on(14);
    expect(stage.published).toHaveLength(1);
    expect(stage.published[0]?.attributes.taskCount).toBe(3);
  });

  it('hears nothing that nobody was told by mail', async () => {
    const stage = await topicStage();
    const { mailer } = stage.system;
    stage.system.mailer = {
      send: async () => ({ outcome: 'refused', cause: 'rate', code: 'Throttling', message: '' }),
    };
    await stage.on(14);
    await stage.on(15);
    expect(stage.published).toEqual([]);
    stage.system.mailer = mailer;
    await stage.on(16);
    expect(stage.mails).toHaveLength(1);
    expect(datesIn(stage.published[0]?.text ?? '')).toEqual(datesIn(stage.mails[0]?.text ?? ''));
  });

  it('that joins later hears the date that stands, which does not move for it', async () => {
    const stage = await topicStage();
    await stage.on(14);
    await stage.on(20.5);
    await stage.subscribe(OTHER_TOPIC);
    await stage.on(20.6);
    const late = stage.published.filter(({ topic }) => topic === OTHER_TOPIC);
    expect(late.map(({ attributes }) => attributes.notices)).toEqual([['warning']]);
    expect(datesIn(late[0]?.text ?? '')).toEqual(datesIn(stage.mails[0]?.text ?? ''));
    await stage.scanOn(21);
    expect((await stage.task()).task.enabled).toBe(false);
  });

  it('hears that a date no longer holds, and after that of no date', async () => {
    const stage = await topicStage();
    await stage.on(14);
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'stage=notify']);
    await stage.on(15);
    await stage.on(18);
    expect(stage.published.map(({ attributes }) => attributes.notices)).toEqual([['warning'], ['withdrawn']]);
  });

  it('that was told no date hears of none that is withdrawn', async () => {
    const stage = await topicStage(['acmeCo/a'], ['stage=notify', ...POLICY.slice(1)]);
    await stage.on(14);
    expect(datesIn(stage.published[0]?.text ?? '')).toEqual([]);
    await stage.taskwarden(['policy', 'set', '--yes', 'global', 'warnAfter=30d']);
    await stage.on(15);
    expect((await stage.task()).open).toBeNull();
    expect(stage.published).toHaveLength(1);
  });

  it('hears nothing more once it is unsubscribed, and the warning again when it comes back', async () => {
    const stage = await topicStage();
    await stage.on(14);
    await stage.taskwarden(['subscriptions', 'remove', 'acmeCo/', '--topic', TOPIC]);
    await stage.on(18);
    expect(stage.published).toHaveLength(1);
    await stage.subscribe();
    await stage.on(19);
    expect(stage.published.map(({ attributes }) => attributes.notices)).toEqual([['warning'], ['warning']]);
  });

  it('gets no link and nobody’s mail says that it was told', async () => {
    const stage = await topicStage();
    stage.system.links = {
      baseUrl: 'https://page.test/',
      keys: {
        current: async () => ({ id: 'k1', secret: new Uint8Array(32) }),
        accepted: async () => undefined,
      },
    };
    await stage.on(14);
    expect(stage.mails[0]?.text).toContain('https://page.test/');
    expect(stage.published[0]?.text).not.toContain('https://');
    expect(stage.published[0]?.text).toContain('ana@acme.test');
    expect(stage.mails[0]?.text).toContain('Nobody else was notified.');
  });

  it('that nobody told after all hears the warning when people are warned', async () => {
    const stage = await topicStage();
    const { mailer } = stage.system;
    stage.system.mailer = {
      send: async () => ({ outcome: 'refused', cause: 'rate', code: 'Throttling', message: '' }),
    };
    await stage.on(14);
    await stage.taskwarden(['policy', 'set', '--yes', 'global', 'stage=detect']);
    await stage.on(15);
    expect((await stage.task()).open?.informed).toEqual({});
    stage.system.mailer = mailer;
    await stage.taskwarden(['policy', 'set', '--yes', 'global', 'stage=disable']);
    await stage.on(16);
    expect(stage.mails).toHaveLength(1);
    expect(stage.published).toHaveLength(1);
  });

  it('is no mail whose report SES owes', async () => {
    const stage = await topicStage();
    stage.system.config.canaries = true;
    await stage.scanOn(14);
    expect(await stage.table.get(keys.feedback())).toBeDefined();
    await stage.table.transact([{ delete: keys.feedback() }], 'test');
    stage.setNow(T + 14 * DAY + 2 * MINUTE);
    await stage.workDelayed();
    expect(stage.published).toHaveLength(1);
    expect(await stage.table.get(keys.feedback())).toBeUndefined();
  });

  it('leaves the warm-up limit alone', async () => {
    const stage = await topicStage(['acmeCo/a'], [...POLICY, 'rampPerDay=1']);
    await stage.subscribe(OTHER_TOPIC);
    await stage.on(14);
    expect(stage.mails).toHaveLength(1);
    expect(stage.published.map(({ topic }) => topic).sort()).toEqual([TOPIC, OTHER_TOPIC]);
  });
});

describe('a topic proves no warning', () => {
  it('the admins are warned with a full grace when the owner’s mail bounces, though the topic heard', async () => {
    const stage = await topicStage();
    await stage.taskwarden(['admins', 'add', 'acmeCo/', 'boss@acme.test']);
    await stage.on(14);
    expect(stage.published).toHaveLength(1);
    await stage.bounceFirst();
    await stage.on(16);
    await stage.on(22.9);
    const record = await stage.task();
    expect(stage.mails.map(({ to }) => to)).toEqual(['ana@acme.test', 'boss@acme.test', 'boss@acme.test']);
    expect(record.task.enabled).toBe(true);
    expect(record.open).toMatchObject({ grace: 2 });
    await stage.scanOn(23);
    expect((await stage.task()).task.enabled).toBe(false);
    const warnings = stage.published.filter(({ attributes }) => String(attributes.notices) === 'warning');
    expect(warnings).toHaveLength(2);
    expect(datesIn(warnings[1]?.text ?? '')).toEqual(datesIn(stage.mails[1]?.text ?? ''));
  });

  it('a date that only a topic was told is kept all the same', async () => {
    const stage = await topicStage();
    await stage.taskwarden(['admins', 'add', 'acmeCo/', 'boss@acme.test']);
    await stage.on(14);
    await stage.taskwarden(['policy', 'set', '--yes', 'global', 'disableAfter=14d']);
    await stage.subscribe(OTHER_TOPIC);
    await stage.on(16);
    expect(stage.published.filter(({ topic }) => topic === OTHER_TOPIC)).toHaveLength(1);
    await stage.taskwarden(['policy', 'set', '--yes', 'global', 'disableAfter=7d']);
    await stage.bounceFirst();
    await stage.on(17);
    expect(stage.mails.map(({ to }) => to)).toEqual(['ana@acme.test', 'boss@acme.test']);
    for (const days of [24, 25, 27, 27.9]) await stage.on(days);
    expect((await stage.task()).task.enabled).toBe(true);
    await stage.on(28);
    expect((await stage.task()).task.enabled).toBe(false);
  });

  it('a task whose only owner is dead is held, told to operators, and never turned off', async () => {
    const stage = await topicStage();
    await stage.on(14);
    await stage.bounceFirst();
    for (const days of [15, 18, 20, 21, 25, 40]) await stage.on(days);
    const record = await stage.task();
    expect(record.hold?.reason).toBe('no-reachable-owner');
    expect(record.task.enabled).toBe(true);
    expect(stage.alerts.map(({ code }) => code)).toContain('no-reachable-owner');
    expect(stage.published).toHaveLength(1);
  });

  it('a task without an owner is held though a topic is subscribed, until an admin is warned', async () => {
    const stage = await topicStage();
    const record = await stage.task();
    const ownerless = { ...record, task: { ...record.task, owners: [] } };
    await stage.table.transact([taskWrite(ownerless, new PolicyBook(new Map()).for('acmeCo/a'))], 'test');
    await stage.on(14);
    expect((await stage.task()).hold?.reason).toBe('no-reachable-owner');
    expect(stage.published).toEqual([]);
    await stage.taskwarden(['admins', 'add', 'acmeCo/', 'boss@acme.test']);
    await stage.on(15);
    expect(stage.mails.map(({ to }) => to)).toEqual(['boss@acme.test']);
    expect(stage.published).toHaveLength(1);
  });
});

describe('a broken topic', () => {
  it('that is gone is told nothing more, operators hear of it, and people are mailed as ever', async () => {
    const stage = await topicStage();
    stage.answerWith({ outcome: 'refused', cause: 'recipient', code: 'NotFoundException', message: 'gone' });
    for (const days of [14, 18, 20]) await stage.on(days);
    expect(stage.mails).toHaveLength(3);
    expect(stage.alerts).toMatchObject([{ code: 'topic-refused', subject: TOPIC }]);
    expect((await stage.task()).open?.grace).toBe(1);
    stage.answerWith({ outcome: 'accepted', messageId: 'm-2' });
    await stage.on(20.2);
    expect(stage.published).toEqual([]);
    await stage.subscribe();
    await stage.on(20.4);
    expect(stage.published.map(({ attributes }) => attributes.notices)).toEqual([['warning']]);
    const { rows } = await stage.table.query({ pk: 'OPERATORS' });
    expect(rows).toEqual([]);
  });

  it('is shown and revived by its ARN', async () => {
    const stage = await topicStage();
    stage.answerWith({ outcome: 'refused', cause: 'recipient', code: 'NotFoundException', message: 'gone' });
    await stage.on(14);
    const shown = await stage.taskwarden(['recipients', 'show', TOPIC, '--json']);
    expect(shown.json).toMatchObject([{ address: TOPIC, subscriptions: [{ prefix: 'acmeCo/' }] }]);
    stage.answerWith({ outcome: 'accepted', messageId: 'm-2' });
    expect((await stage.taskwarden(['recipients', 'revive', TOPIC])).code).toBe(0);
    expect((await stage.table.query({ pk: 'OPERATORS' })).rows).toEqual([]);
    await stage.on(15);
    expect(stage.published).toHaveLength(1);
  });

  it('that is throttled is tried again', async () => {
    const stage = await topicStage();
    stage.answerWith({ outcome: 'refused', cause: 'rate', code: 'Throttled', message: '' });
    await stage.on(14);
    stage.answerWith({ outcome: 'accepted', messageId: 'm-2' });
    await stage.on(15);
    expect(stage.published).toHaveLength(1);
  });

  it('whose answer never came is told again once it is settled, and nothing counts as mailed', async () => {
    const stage = await topicStage();
    stage.answerWith({ outcome: 'unknown', code: 'TimeoutError', message: '' });
    await stage.on(14);
    stage.answerWith({ outcome: 'accepted', messageId: 'm-2' });
    await stage.on(14.02);
    expect(stage.published).toEqual([]);
    await stage.on(14.1);
    expect(stage.published).toHaveLength(1);
  });
});
