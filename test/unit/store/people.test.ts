import { describe, expect, expectTypeOf, it } from 'vitest';
import { saysOf } from '../../../functions/owner-page/entitlement.ts';
import { keys } from '../../../functions/store/keys.ts';
import {
  adminFromRow,
  keyFits,
  loadOffices,
  loadOfficesOf,
  loadOldOffices,
  type Office,
  oldOfficeMoves,
  type Subscriber,
  subscriptionFromRow,
  targetOf,
} from '../../../functions/store/people.ts';
import { ROW_VERSION } from '../../../functions/store/rows.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { type CliStage, failingFleet } from '../cli/cli-stage.ts';
import { apply, queriesOf, tableWith } from './applied.ts';

const TYPES = ['task_abandoned', 'task_auto_disabled'];
const TEAM = 'team@acme.test';
const BOSS = 'boss@acme.test';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:task-news';

describe('who hears of the tasks of a tenant', () => {
  const subscribed = (prefix: string, target: string) => ({
    put: { ...keys.subscription(prefix, target), v: 1, prefix, alertTypes: TYPES },
  });
  const filled = () =>
    tableWith(
      subscribed('acmeCo/', TEAM),
      subscribed('acmeCo/prod/', TOPIC),
      subscribed('acmeCo/prod/a b', 'team@acme.te'),
      { put: { ...keys.admin('acmeCo/', TEAM), v: 1, prefix: 'acmeCo/', email: TEAM } },
      subscribed('', BOSS),
      subscribed('other/', BOSS),
    );
  const sorted = (offices: Office[]) => offices.map((office) => JSON.stringify(office)).sort();

  it('is read at once: people, topics and admins of all its scopes', async () => {
    expect(sorted(await loadOffices(await filled(), 'acmeCo'))).toEqual(
      sorted([
        { scope: 'acmeCo/', email: TEAM, alertTypes: TYPES },
        { scope: 'acmeCo/prod/', topic: TOPIC, alertTypes: TYPES },
        { scope: 'acmeCo/prod/a b', email: 'team@acme.te', alertTypes: TYPES },
        { scope: 'acmeCo/', email: TEAM, alertTypes: null },
      ]),
    );
    expect(await loadOffices(await filled(), '')).toEqual([{ scope: '', email: BOSS, alertTypes: TYPES }]);
  });

  it('is read of one address alone', async () => {
    expect(sorted(await loadOfficesOf(await filled(), 'acmeCo', TEAM))).toEqual(
      sorted([
        { scope: 'acmeCo/', email: TEAM, alertTypes: TYPES },
        { scope: 'acmeCo/', email: TEAM, alertTypes: null },
      ]),
    );
    expect(await loadOfficesOf(await filled(), 'acmeCo', 'team@acme')).toEqual([]);
  });

  it('is read as it stands at that moment', async () => {
    const table = await filled();
    const asked = queriesOf(table);
    await loadOffices(table, 'acmeCo');
    await loadOfficesOf(table, 'acmeCo', TEAM);
    expect(asked.map(({ consistent }) => consistent)).toEqual([true, true]);
  });

  it('is a person or a topic, by what a row says', () => {
    const row = { ...keys.subscription('acmeCo/', TEAM), v: 1, w: 'w', prefix: 'acmeCo/', alertTypes: TYPES };
    expect(subscriptionFromRow({ ...row, email: TEAM })).toEqual({
      prefix: 'acmeCo/',
      email: TEAM,
      alertTypes: TYPES,
    });
    expect(subscriptionFromRow({ ...row, topic: TOPIC })).toEqual({
      prefix: 'acmeCo/',
      topic: TOPIC,
      alertTypes: TYPES,
    });
    expect(adminFromRow({ ...row, email: BOSS })).toEqual({ prefix: 'acmeCo/', email: BOSS });
    expect([targetOf({ email: TEAM }), targetOf({ topic: TOPIC })]).toEqual([TEAM, TOPIC]);
  });
});

describe('a key of somebody who hears', () => {
  it.each([
    ['of 1,024 bytes fits', 'p'.repeat(1_011), true],
    ['of a byte more does not', 'p'.repeat(1_012), false],
    ['of fewer letters that take more bytes does not', 'é'.repeat(506), false],
  ])('%s', (_, scope, fits) => {
    // Ten of an address, ` S#` before the scope.
    expect(keyFits(scope, { email: 'a@acme.tst' })).toBe(fits);
  });
});

describe('those that an earlier version stored', () => {
  const old = (more: object) => ({ put: { v: 1, ...more } as never });
  const rows = (scope = 'acmeCo/prod/') => [
    old({
      ...keys.oldSubscription(scope, TEAM),
      prefix: scope,
      email: TEAM,
      alertTypes: TYPES,
      g2pk: 'SUBSCRIPTIONS',
      g2sk: `${scope}#${TEAM}`,
    }),
    old({
      ...keys.oldSubscription(scope, TOPIC),
      prefix: scope,
      topic: TOPIC,
      alertTypes: TYPES,
      g2pk: 'SUBSCRIPTIONS',
      g2sk: `${scope}#${TOPIC}`,
    }),
    old({ ...keys.oldAdmin('', BOSS), prefix: '', email: BOSS, g2pk: 'ADMINS', g2sk: `#${BOSS}` }),
  ];
  const offices: Office[] = [
    { scope: 'acmeCo/prod/', email: TEAM, alertTypes: TYPES },
    { scope: 'acmeCo/prod/', topic: TOPIC, alertTypes: TYPES },
    { scope: '', email: BOSS, alertTypes: null },
  ];

  it('are found by their lists until they are moved', async () => {
    const table = await tableWith(...rows());
    expect(await loadOldOffices(table)).toHaveLength(3);
    expect(await loadOldOffices(table)).toEqual(expect.arrayContaining(offices));
    for (const { writes } of await oldOfficeMoves(table)) await apply(table, ...writes);
    expect(await loadOldOffices(table)).toEqual([]);
    expect(await oldOfficeMoves(table)).toEqual([]);
    expect(await loadOffices(table, 'acmeCo')).toEqual(expect.arrayContaining(offices.slice(0, 2)));
    expect(await loadOffices(table, '')).toEqual(offices.slice(2));
  });

  it('stay where they were, off the lists, and stand on those of today', async () => {
    const table = await tableWith(...rows());
    const moves = await oldOfficeMoves(table);
    expect(moves.map(({ pk }) => pk).sort()).toEqual(['ADMIN#', 'SUB#acmeCo/prod/', 'SUB#acmeCo/prod/']);
    for (const { writes } of moves) await apply(table, ...writes);
    const before = await table.get(keys.oldSubscription('acmeCo/prod/', TEAM));
    expect(before).toMatchObject({ email: TEAM, alertTypes: TYPES });
    expect(before).not.toHaveProperty('g2pk');
    expect(before).not.toHaveProperty('g2sk');
    const listed = async (pk: string) =>
      (await table.query({ index: 'g2', pk })).rows.map(({ sk }) => sk).sort();
    expect(await listed('PEOPLE#S')).toEqual([`${TOPIC} S#acmeCo/prod/`, `${TEAM} S#acmeCo/prod/`]);
    expect(await listed('PEOPLE#A')).toEqual([`${BOSS} A#`]);
    expect(await table.get(keys.subscription('acmeCo/prod/', TOPIC))).toMatchObject({
      topic: TOPIC,
      prefix: 'acmeCo/prod/',
    });
  });

  it('are not moved where somebody changed them meanwhile, or they stand there already', async () => {
    const table = await tableWith(...rows());
    const moves = await oldOfficeMoves(table);
    for (const write of rows()) await apply(table, write);
    for (const { writes } of moves)
      expect(await table.transact(writes, 'late')).toMatchObject({ outcome: 'refused', index: 1 });
    const [first] = await oldOfficeMoves(table);
    await apply(table, ...(first?.writes ?? []).slice(0, 1));
    expect(await table.transact(first?.writes ?? [], 'again')).toMatchObject({
      outcome: 'refused',
      index: 0,
    });
  });

  it('stay as they are where their key of today is too long', async () => {
    // On its list it takes 1,024 bytes, and in its key of today two more.
    const [subscription, , admin] = rows('p'.repeat(1_009));
    const table = await tableWith(subscription!, admin!);
    expect((await oldOfficeMoves(table)).map(({ pk }) => pk)).toEqual(['ADMIN#']);
  });
});

/** People as an earlier version stored them: a partition per prefix. */
async function withOldRows(ids = ['acmeCo/prod/a']): Promise<CliStage> {
  const stage = await failingFleet(ids);
  const subscription = { prefix: 'acmeCo/prod/', email: TEAM, alertTypes: TYPES };
  const admin = { prefix: '', email: BOSS };
  await stage.table.transact(
    [
      {
        put: {
          ...keys.oldSubscription('acmeCo/prod/', TEAM),
          v: ROW_VERSION,
          ...subscription,
          g2pk: 'SUBSCRIPTIONS',
          g2sk: `acmeCo/prod/#${TEAM}`,
        },
      },
      {
        put: {
          ...keys.oldAdmin('', BOSS),
          v: ROW_VERSION,
          ...admin,
          g2pk: 'ADMINS',
          g2sk: `#${BOSS}`,
        },
      },
    ],
    'an earlier version',
  );
  return stage;
}

const listed = async (stage: CliStage, what: string) =>
  (await stage.taskwarden([what, 'list', '--json'])).json;

/** What the stage does with old rows must be what it does with new ones, before and after they are moved. */
async function bothSee(stage: CliStage) {
  expect(await listed(stage, 'subscriptions')).toEqual([
    { prefix: 'acmeCo/prod/', email: TEAM, alertTypes: TYPES },
  ]);
  expect(await listed(stage, 'admins')).toEqual([{ prefix: '', email: BOSS }]);
  const { task } = (await loadTask(stage.table, 'acmeCo/prod/a'))!;
  for (const address of [TEAM, BOSS]) expect((await saysOf(stage.table, [task], address))(task)).toBe(true);
  expect((await saysOf(stage.table, [task], 'eve@acme.test'))(task)).toBe(false);
}

describe('people that an earlier version stored', () => {
  it('are found, notified, and moved by the scan that asked for them; the earlier version still reads them', async () => {
    const stage = await withOldRows();
    await bothSee(stage);
    const report = await stage.scanOn(14);
    expect(report).toMatchObject({ figures: { fired: 1, officesMoved: 2 } });
    expect(stage.mails.map(({ to }) => to).sort()).toEqual(['ana@acme.test', TEAM]);
    expect(await stage.table.get(keys.subscription('acmeCo/prod/', TEAM))).toMatchObject({
      alertTypes: TYPES,
    });
    expect(await stage.table.get(keys.admin('', BOSS))).toMatchObject({ email: BOSS });
    expect(await stage.table.get(keys.oldSubscription('acmeCo/prod/', TEAM))).toMatchObject({ email: TEAM });
    await bothSee(stage);
    expect(await stage.scanOn(44)).not.toMatchObject({ figures: { officesMoved: expect.anything() } });
  });

  it.each([[false], [true]])('are removed for good, also after they were moved: %s', async (moved) => {
    const stage = await withOldRows();
    if (moved) await stage.scanOn(14);
    const remove = ['subscriptions', 'remove', 'acmeCo/prod/', TEAM];
    expect((await stage.taskwarden(remove)).out).toBe(`removed: subscription of ${TEAM} for acmeCo/prod/\n`);
    expect((await stage.taskwarden(['admins', 'remove', '', BOSS])).code).toBe(0);
    await stage.scanOn(44);
    expect([await listed(stage, 'subscriptions'), await listed(stage, 'admins')]).toEqual([[], []]);
    expect(await stage.table.get(keys.oldSubscription('acmeCo/prod/', TEAM))).toBeUndefined();
    expect(await stage.table.get(keys.oldAdmin('', BOSS))).toBeUndefined();
  });

  it('keep their types when one is added', async () => {
    const stage = await withOldRows();
    const add = ['subscriptions', 'add', 'acmeCo/prod/', TEAM, '--alert-types', 'task_abandoned'];
    expect((await stage.taskwarden(add)).out).toContain('unchanged');
    expect((await stage.taskwarden(['admins', 'add', '', BOSS])).out).toContain('unchanged');
    await bothSee(stage);
  });

  it('are not found under another prefix that begins alike', async () => {
    const stage = await withOldRows(['acmeCo/prod/a', 'acmeCo/production/b', 'acmeCo']);
    for (const id of ['acmeCo/production/b', 'acmeCo']) {
      const { task } = (await loadTask(stage.table, id))!;
      expect((await saysOf(stage.table, [task], TEAM))(task)).toBe(false);
    }
  });
});

describe('the places of people', () => {
  it('are apart for a prefix, a task of the same name, and an address that another begins with', async () => {
    const stage = await failingFleet(['solo', 'solo/x']);
    await stage.taskwarden(['subscriptions', 'add', 'solo', 'a@acme.test']);
    await stage.taskwarden(['subscriptions', 'add', 'solo/', 'b@acme.test']);
    await stage.taskwarden(['admins', 'add', 'solo/', 'b@acme.te']);
    const says = async (id: string, address: string) => {
      const { task } = (await loadTask(stage.table, id))!;
      return (await saysOf(stage.table, [task], address))(task);
    };
    expect([await says('solo', 'a@acme.test'), await says('solo/x', 'a@acme.test')]).toEqual([true, false]);
    expect([await says('solo', 'b@acme.test'), await says('solo/x', 'b@acme.test')]).toEqual([false, true]);
    expect([await says('solo', 'b@acme.te'), await says('solo/x', 'b@acme.te')]).toEqual([false, true]);
    expect(await says('solo/x', 'b@acme')).toBe(false);
  });

  it('refuse an address that is too long for a key beside the longest prefix', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    const pair = [`${'p'.repeat(510)}/`, `${'語'.repeat(240)}@acme.test`];
    for (const command of ['subscriptions', 'admins']) {
      const refused = await stage.taskwarden([command, 'add', ...pair]);
      expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('is no mail address')]);
      const removed = await stage.taskwarden([command, 'remove', ...pair]);
      expect(removed.err).not.toContain('ValidationException');
    }
  });
});

/** The compiler holds these: they fail in `tsc`. */
describe('who hears of a scope', () => {
  it('is somebody at an address, or a topic by its ARN', () => {
    expectTypeOf<{ topic: 'arn:aws:sns:eu-west-1:123456789012:chat' }>().toExtend<Subscriber>();
    expectTypeOf<{ topic: 'team@acme.test' }>().not.toExtend<Subscriber>();
    expectTypeOf<{ scope: string }>().not.toExtend<Office>();
  });

  it('is an admin at an address alone', () => {
    expectTypeOf<{ scope: string; alertTypes: null; email: string }>().toExtend<Office>();
    expectTypeOf<{ scope: string; alertTypes: null; topic: `arn:${string}` }>().not.toExtend<Office>();
  });
});
