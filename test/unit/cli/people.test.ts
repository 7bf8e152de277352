import { describe, expect, it } from 'vitest';
import { keys } from '../../../functions/store/keys.ts';
import { cliStage, failingFleet, T } from './cli-stage.ts';

describe('subscriptions', () => {
  it('are added, listed by prefix, and removed; a further one adds its types', async () => {
    const stage = cliStage();
    const add = ['subscriptions', 'add', 'acmeCo/', ' Team@Acme.TEST ', '--alert-types', 'task_abandoned'];
    expect((await stage.taskwarden(add)).out).toBe('added: subscription of team@acme.test for acmeCo/\n');
    expect((await stage.taskwarden(add)).out).toBe('unchanged: subscription of team@acme.test for acmeCo/\n');
    const changed = await stage.taskwarden([...add.slice(0, -1), 'task_auto_disabled', '--json']);
    const alertTypes = ['task_abandoned', 'task_auto_disabled'];
    expect(changed.json).toEqual([
      {
        outcome: 'changed',
        prefix: 'acmeCo/',
        email: 'team@acme.test',
        alertTypes,
        warnings: ['no task is known under "acmeCo/"'],
      },
    ]);
    await stage.taskwarden(['subscriptions', 'add', 'other/x', 'xi@acme.test']);
    expect((await stage.taskwarden(['subscriptions', 'list'])).out.split('\n')).toEqual([
      'PREFIX   EMAIL OR TOPIC  ALERT TYPES',
      'acmeCo/  team@acme.test  task_abandoned, task_auto_disabled',
      'other/x  xi@acme.test    task_abandoned, task_auto_disabled',
      '',
    ]);
    const listed = await stage.taskwarden(['subscriptions', 'list', '--prefix', 'other/', '--json']);
    expect(listed.json).toMatchObject([{ prefix: 'other/x' }]);
    const removed = await stage.taskwarden(['subscriptions', 'remove', 'acmeCo/', 'TEAM@acme.test']);
    expect(removed.out).toBe('removed: subscription of TEAM@acme.test for acmeCo/\n');
    expect((await stage.taskwarden(['subscriptions', 'list', '--json'])).json).toHaveLength(1);
    expect(await stage.table.get(keys.look('P#acmeCo/'))).toMatchObject({ at: T });
  });

  it('are of topics too, where the deployment names them', async () => {
    const stage = cliStage();
    const topic = 'arn:aws:sns:eu-west-1:123456789012:chat';
    const add = ['subscriptions', 'add', 'acmeCo/', '--topic', topic];
    const refused = await stage.taskwarden(add);
    expect(refused.code).toBe(2);
    expect(refused.err).toBe(
      `error: topic "${topic}" is not among channels.topics of config/local.json (none yet); ` +
        'name it there, deploy, and add the subscription again\n',
    );
    stage.system.config.topics = [topic];
    expect((await stage.taskwarden(add)).out).toBe(`added: subscription of ${topic} for acmeCo/\n`);
    expect((await stage.taskwarden(add)).out).toBe(`unchanged: subscription of ${topic} for acmeCo/\n`);
    expect((await stage.taskwarden(['subscriptions', 'list', '--json'])).json).toEqual([
      { prefix: 'acmeCo/', topic, alertTypes: ['task_abandoned', 'task_auto_disabled'] },
    ]);
    expect((await stage.taskwarden(['subscriptions', 'list'])).out).toContain(`acmeCo/  ${topic}  task_ab`);
    stage.system.config.topics = [];
    const removed = await stage.taskwarden(['subscriptions', 'remove', 'acmeCo/', '--topic', topic]);
    expect(removed.out).toBe(`removed: subscription of ${topic} for acmeCo/\n`);
    expect((await stage.taskwarden(['subscriptions', 'list', '--json'])).json).toEqual([]);
  });

  it('are told of what fails under their prefix', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.taskwarden(['subscriptions', 'add', 'acmeCo/', 'team@acme.test']);
    await stage.scanOn(14);
    expect(stage.mails.map(({ to }) => to).sort()).toEqual(['ana@acme.test', 'team@acme.test']);
  });

  it('of the empty prefix are told of every task', async () => {
    const stage = await failingFleet(['acmeCo/a', 'beta']);
    const added = await stage.taskwarden(['subscriptions', 'add', '', 'all@acme.test']);
    expect(added.out).toBe('added: subscription of all@acme.test for all tasks\n');
    expect((await stage.taskwarden(['subscriptions', 'list', '--json'])).json).toMatchObject([
      { prefix: '' },
    ]);
    await stage.scanOn(14);
    const texts = stage.mails.filter(({ to }) => to === 'all@acme.test').map(({ text }) => text);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain('acmeCo/a');
    expect(texts[0]).toContain('beta');
    const removed = await stage.taskwarden(['subscriptions', 'remove', '', 'all@acme.test']);
    expect(removed.out).toBe('removed: subscription of all@acme.test for all tasks\n');
  });

  it.each([
    [
      ['add', 'acmeCo/', 'a@b.test\nBcc: x@y.test'],
      'error: email "a@b.test\\nBcc: x@y.test" is no mail address; allowed: a plain address such as "ana@example.com"\n',
    ],
    [['add', '/', 'a@b.test'], 'error: prefix "/" is empty;'],
    [
      ['add', 'a/', 'a@b.test', '--alert-types', 'task_late'],
      'error: alert type "task_late" is unknown; allowed are "task_abandoned"',
    ],
    [
      ['add', 'a/', '--topic', 'arn:aws:sqs:eu-west-1:123456789012:chat'],
      'error: topic "arn:aws:sqs:eu-west-1:123456789012:chat" is no ARN of a standard SNS topic; allowed: one such as',
    ],
    [
      ['add', 'a/', '--topic', 'arn:aws:sns:eu-west-1:123456789012:chat.fifo'],
      'error: topic "arn:aws:sns:eu-west-1:123456789012:chat.fifo" is no ARN of a standard SNS topic;',
    ],
    [['add', 'a/'], 'error: name either a mail address, or a topic with --topic ARN\n'],
    [
      ['remove', 'a/', 'a@b.test', '--topic', 'arn:aws:sns:eu-west-1:123456789012:chat'],
      'error: name either a mail address, or a topic with --topic ARN\n',
    ],
    [['remove', 'a/', 'a@b.test'], 'error: there is no subscription of "a@b.test" for "a/"\n'],
  ])('refuse %j with one line', async (args, problem) => {
    const ran = await cliStage().taskwarden(['subscriptions', ...args]);
    expect(ran.code).toBe(2);
    expect(ran.err.startsWith(problem)).toBe(true);
    expect(ran.err.split('\n')).toHaveLength(2);
  });
});

describe('admins', () => {
  it('are added, listed and removed, and the audit names who did it', async () => {
    const stage = cliStage();
    const added = await stage.taskwarden(['admins', 'add', 'acmeCo/', 'boss@acme.test', '--json']);
    expect(added.json).toEqual([
      {
        outcome: 'added',
        prefix: 'acmeCo/',
        email: 'boss@acme.test',
        warnings: ['no task is known under "acmeCo/"'],
      },
    ]);
    expect((await stage.taskwarden(['admins', 'list'])).out).toBe(
      'PREFIX   EMAIL\nacmeCo/  boss@acme.test\n',
    );
    await stage.taskwarden(['admins', 'remove', 'acmeCo/', 'boss@acme.test']);
    expect((await stage.taskwarden(['admins', 'list'])).out).toBe('there are no admins\n');
    const { rows } = await stage.table.query({ pk: 'AUDIT#operators', sk: { prefix: 'L#' } });
    expect(rows).toMatchObject([
      { act: 'admin add acmeCo/', by: 'olga', evidence: { prefix: 'acmeCo/', email: 'boss@acme.test' } },
      { act: 'admin remove acmeCo/', by: 'olga' },
    ]);
  });

  it('of the empty prefix are those of all tasks', async () => {
    const stage = cliStage();
    const added = await stage.taskwarden(['admins', 'add', '', 'boss@acme.test']);
    expect(added.out).toBe('added: admin of boss@acme.test for all tasks\n');
    expect((await stage.taskwarden(['admins', 'list', '--json'])).json).toEqual([
      { prefix: '', email: 'boss@acme.test' },
    ]);
    expect(await stage.table.get(keys.look('ALL'))).toMatchObject({ at: T });
    expect((await stage.taskwarden(['admins', 'remove', '', 'boss@acme.test'])).code).toBe(0);
    expect((await stage.taskwarden(['admins', 'list', '--json'])).json).toEqual([]);
  });

  it('are of prefixes alone', async () => {
    const ran = await cliStage().taskwarden(['admins', 'add', 'acmeCo/a', 'boss@acme.test']);
    expect(ran.code).toBe(2);
    expect(ran.err).toBe(
      'error: prefix "acmeCo/a" does not end with a slash; a prefix is a text such as "acmeCo/"; did you mean "acmeCo/a/"?\n',
    );
  });
});

describe('sources', () => {
  it('lists who may put what on the bus', async () => {
    const stage = cliStage();
    expect((await stage.taskwarden(['sources', 'list'])).out).toBe('no source is registered yet\n');
    const source = { name: 'estate', prefixes: ['acmeCo/'], dataPlanes: ['*'] };
    await stage.table.transact([{ put: { ...keys.source('estate'), v: 1, ...source } }], 'test');
    expect((await stage.taskwarden(['sources', 'list', '--json'])).json).toEqual([source]);
  });
});
