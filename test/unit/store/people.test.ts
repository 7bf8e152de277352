import { describe, expect, expectTypeOf, it } from 'vitest';
import { saysOf } from '../../../functions/owner-page/entitlement.ts';
import { keys } from '../../../functions/store/keys.ts';
import type { Office, Subscriber } from '../../../functions/store/people.ts';
import { ROW_VERSION } from '../../../functions/store/rows.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { type CliStage, failingFleet } from '../cli/cli-stage.ts';

const TYPES = ['task_abandoned', 'task_auto_disabled'];
const TEAM = 'team@acme.test';
const BOSS = 'boss@acme.test';

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
  for (const one of [TEAM, BOSS]) expect((await saysOf(stage.table, [task], one))(task)).toBe(true);
  expect((await saysOf(stage.table, [task], 'eve@acme.test'))(task)).toBe(false);
}

describe('people that an earlier version stored', () => {
  it('are found, told, and moved by the scan that asked for them; the earlier version still reads them', async () => {
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
    const says = async (id: string, one: string) => {
      const { task } = (await loadTask(stage.table, id))!;
      return (await saysOf(stage.table, [task], one))(task);
    };
    expect([await says('solo', 'a@acme.test'), await says('solo/x', 'a@acme.test')]).toEqual([true, false]);
    expect([await says('solo', 'b@acme.test'), await says('solo/x', 'b@acme.test')]).toEqual([false, true]);
    expect([await says('solo', 'b@acme.te'), await says('solo/x', 'b@acme.te')]).toEqual([false, true]);
    expect(await says('solo/x', 'b@acme')).toBe(false);
  });

  it('refuse an address that is too long for a key beside the longest prefix', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    const given = [`${'p'.repeat(510)}/`, `${'語'.repeat(240)}@acme.test`];
    for (const command of ['subscriptions', 'admins']) {
      const refused = await stage.taskwarden([command, 'add', ...given]);
      expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('is no mail address')]);
      const removed = await stage.taskwarden([command, 'remove', ...given]);
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
