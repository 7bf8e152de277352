import { describe, expect, it } from 'vitest';
import type { Episode, Task } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../../functions/abandonment/time.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { FleetView, inLastDay } from '../../../functions/store/fleet-view.ts';
import { keys } from '../../../functions/store/keys.ts';
import { digestOfRules, ownerRulesWrite } from '../../../functions/store/owner-rules.ts';
import { loadPauses, type PausesRecord, pausesWrite } from '../../../functions/store/pauses.ts';
import { policyWrite } from '../../../functions/store/policies.ts';
import { type ScansRecord, scansWrite } from '../../../functions/store/scans.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';
import { aTask, day, evidenceOf, fired, graced, T0, warnedAt } from '../abandonment/decide-builders.ts';
import { administers, bounced, filledTable, knownAs, planeWrite, subscribed } from './filled-table.ts';

const ANA = 'ana@acme.test';
const BOB = 'bob@acme.test';
const BOSS = 'boss@acme.test';
const ROOT = 'root@platform.test';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:news';
const NOW = day(14);
/** A task that lives two prefixes deep. */
const DEEP = 'acmeCo/prod/a';

const aRecord = (task: Partial<Task> = {}, more: Partial<TaskRecord> = {}): TaskRecord => ({
  ...newTaskRecord(aTask({ id: DEEP, ...task })),
  evidence: evidenceOf(NOW),
  ...more,
});

const viewOf = async (...writes: Write[]) => FleetView.load(await filledTable(...writes), NOW);

const NOT_PAUSED = await loadPauses(new MemoryTable());
const paused = (more: Partial<PausesRecord>): Write => pausesWrite({ ...NOT_PAUSED, ...more });
const scanned = (more: Partial<ScansRecord>): Write =>
  scansWrite({ claimed: null, leaseUntil: null, completedAt: null, gaps: [], rev: 0, ...more });

const addressesOf = (recipients: readonly { address: string }[] = []) =>
  recipients.map(({ address }) => address).toSorted();

describe('pauses, as a view has them', () => {
  const until = { by: 'olga', reason: '', until: day(14) };
  const write = paused({ notify: day(13), disable: day(12), notes: { notify: until } });

  it('are over at their own end, whoever looks; who notes their end sees them as they are stored', async () => {
    const table = await filledTable(write);
    const before = await FleetView.load(table, NOW - 1);
    expect(before.pauses).toEqual({ evaluate: false, notify: true, disable: true });
    const after = await FleetView.load(table, NOW);
    expect(after.pauses).toEqual({ evaluate: false, notify: false, disable: true });
    const withPlanes = await FleetView.loadWithPlanes(table, NOW);
    expect(withPlanes.pauses).toEqual({ evaluate: false, notify: false, disable: true });
    const noting = await FleetView.loadWithPlanes(table, null);
    expect(noting.pauses).toEqual({ evaluate: false, notify: true, disable: true });
  });

  it('of deciding are spans of unknown health: closed ones, and the one that lasts', async () => {
    const view = await viewOf(
      planeWrite('eu-1'),
      paused({ evaluate: day(13), evaluatePaused: [{ from: day(2), to: day(3) }] }),
    );
    await view.loadPlanes(['eu-1']);
    expect(view.pauses).toEqual({ evaluate: true, notify: false, disable: false });
    expect(view.unknownOf(aRecord())).toEqual([
      { from: day(2), to: day(3), why: 'paused' },
      { from: day(13), to: null, why: 'paused' },
    ]);
  });

  it('say whether SES answers its canary, and when the table was restored', async () => {
    const calm = await viewOf();
    expect([calm.isFeedbackSilent, calm.restored]).toEqual([false, {}]);
    const other = await viewOf(paused({ feedbackSilent: day(13), restoredAt: day(1) }));
    expect([other.isFeedbackSilent, other.restored]).toEqual([true, { restoredAt: day(1) }]);
  });
});

describe('scans that stay away', () => {
  /** The spans of unknown health of a task whose data plane is up. */
  async function spansAt(now: Instant, scans: Partial<ScansRecord>, scanEvery?: number | 'unwatched') {
    const table = await filledTable(scanned(scans), planeWrite('eu-1'));
    const watched = scanEvery === 'unwatched' ? undefined : { scanEvery };
    const view = await FleetView.load(table, now, watched);
    await view.loadPlanes(['eu-1']);
    return view.unknownOf(aRecord());
  }

  it('make health unknown after two periods, from the end of the first one on', async () => {
    const since = { from: T0 + 10 * MINUTE, to: null, why: 'no-scan' };
    expect(await spansAt(T0 + 20 * MINUTE, { completedAt: T0 }, 10 * MINUTE)).toEqual([]);
    expect(await spansAt(T0 + 20 * MINUTE + 1, { completedAt: T0 }, 10 * MINUTE)).toEqual([since]);
  });

  it('are judged by the period of the policy where the schedule says none: 15 minutes', async () => {
    expect(await spansAt(T0 + 30 * MINUTE, { completedAt: T0 })).toEqual([]);
    expect(await spansAt(T0 + 30 * MINUTE + 1, { completedAt: T0 })).toEqual([
      { from: T0 + 15 * MINUTE, to: null, why: 'no-scan' },
    ]);
  });

  it('are a gap beside those that were noted', async () => {
    const gaps = [{ from: day(-2), to: day(-1) }];
    expect(await spansAt(day(1), { completedAt: T0, gaps })).toEqual([
      { from: day(-2), to: day(-1), why: 'no-scan' },
      { from: T0 + 15 * MINUTE, to: null, why: 'no-scan' },
    ]);
  });

  it('are none before the first scan, and for the scanner, which notes them itself', async () => {
    expect(await spansAt(day(100), {})).toEqual([]);
    expect(await spansAt(day(100), { completedAt: T0 }, 'unwatched')).toEqual([]);
  });
});

describe('data planes', () => {
  it('are read by name, each once', async () => {
    const table = await filledTable(planeWrite('eu-1'), planeWrite('us-1', { state: 'down' }));
    const view = await FleetView.load(table, NOW);
    table.asked.length = 0;
    await view.loadPlanes(['eu-1', 'eu-1', 'gone']);
    await view.loadPlanes(['eu-1', 'gone', 'us-1']);
    await view.loadPlanes(['us-1']);
    expect(table.asked).toEqual(['PLANES eu-1', 'PLANES gone', 'PLANES us-1']);
    expect(view.planeOf('us-1')).toMatchObject({ name: 'us-1', state: 'down' });
    expect(view.planeOf('gone')).toBeUndefined();
  });

  it('are a fault where nobody asked for them before', async () => {
    const view = await viewOf(planeWrite('eu-1'));
    expect(() => view.planeOf('eu-1')).toThrow('data plane eu-1 is not loaded');
    expect(() => view.planes).toThrow('not all data planes are loaded');
  });

  it('are all there for who watches them, and none is read again', async () => {
    const table = await filledTable(planeWrite('eu-1'), planeWrite('us-1'));
    const view = await FleetView.loadWithPlanes(table, NOW);
    table.asked.length = 0;
    await view.loadPlanes(['eu-1', 'gone']);
    expect(table.asked).toEqual([]);
    expect(view.planeOf('gone')).toBeUndefined();
    expect(view.planes.map(({ name }) => name)).toEqual(['eu-1', 'us-1']);
    view.setPlane('us-1', null);
    view.setPlane('eu-1', { ...view.planeOf('eu-1')!, state: 'down' });
    expect(view.planes.map(({ name, state }) => `${name} ${state}`)).toEqual(['eu-1 down']);
    expect(view.planeOf('us-1')).toBeUndefined();
  });

  it('are unknown health while they are down, silent or deleted, and in the spans in which they were', async () => {
    const unknown = [{ from: day(1), to: day(2) }];
    const view = await viewOf(
      planeWrite('up', { unknown }),
      ...(['down', 'silent', 'deleted'] as const).map((state) => planeWrite(state, { state, since: day(5) })),
    );
    await view.loadPlanes(['up', 'down', 'silent', 'deleted', 'none']);
    const spansOn = (dataPlane: string) => view.unknownOf(aRecord({ dataPlane }));
    expect(spansOn('up')).toEqual([{ from: day(1), to: day(2), why: 'data-plane' }]);
    for (const state of ['down', 'silent', 'deleted'])
      expect(spansOn(state)).toEqual([{ from: day(5), to: null, why: 'data-plane' }]);
    expect(spansOn('none')).toEqual([]);
  });

  it('stop the clocks of the members of an outage alone: those that were lost within it', async () => {
    const outage = { from: day(1), membersUntil: day(1, 1), members: 20, countedTo: day(1, 1) };
    const view = await viewOf(
      planeWrite('eu-1', {
        outages: [
          { ...outage, endedAt: day(2) },
          { ...outage, from: day(9), membersUntil: day(9, 1), endedAt: null },
        ],
      }),
    );
    await view.loadPlanes(['eu-1']);
    const spansOf = (lostAt?: Instant) => {
      const { lostAt: _, ...evidence } = evidenceOf(NOW);
      return view.unknownOf(
        aRecord({}, { evidence: lostAt === undefined ? evidence : { ...evidence, lostAt } }),
      );
    };
    const first = { from: day(1), to: day(2), why: 'outage' };
    expect([day(1) - 1, day(1), day(1, 1), day(1, 1) + 1].map(spansOf)).toEqual([[], [first], [first], []]);
    expect(spansOf(day(9))).toEqual([{ from: day(9), to: null, why: 'outage' }]);
    expect(spansOf()).toEqual([]);
  });
});

describe('the recipients of an alert', () => {
  const recipientsOf = async (writes: Write[], task: Partial<Task> = {}) =>
    addressesOf(await (await viewOf(...writes)).recipientsOf(aTask({ id: DEEP, ...task }), 'task_abandoned'));

  it('are its owners and the subscribers of all its scopes, each once', async () => {
    const writes = [
      subscribed('', 'all@acme.test'),
      subscribed('acmeCo/', 'co@acme.test'),
      subscribed('acmeCo/prod/', 'prod@acme.test'),
      subscribed('acmeCo/prod/', 'Ana@ACME.test'),
      subscribed(DEEP, 'task@acme.test'),
      subscribed('acmeCo/prod/ab', 'longer@acme.test'),
      subscribed('acmeCo/test/', 'beside@acme.test'),
      subscribed('beta/', 'other@acme.test'),
      administers('acmeCo/', BOSS),
    ];
    expect(await recipientsOf(writes)).toEqual(
      [ANA, 'all@acme.test', 'co@acme.test', 'prod@acme.test', 'task@acme.test'].toSorted(),
    );
  });

  it('hear of the types that they subscribed to', async () => {
    const writes = [
      subscribed('acmeCo/', BOB, 'task_auto_disabled'),
      subscribed('acmeCo/', 'both@acme.test', 'task_auto_disabled', 'task_abandoned'),
    ];
    expect(await recipientsOf(writes, { owners: [] })).toEqual(['both@acme.test']);
  });

  it('are those who can be reached and did not say that it is not theirs', async () => {
    const writes = [bounced(ANA), subscribed('acmeCo/', BOB), subscribed('acmeCo/', 'cyd@acme.test')];
    const disclaimed = [recipientKey('cyd@acme.test')];
    expect(await recipientsOf(writes, { disclaimed })).toEqual([BOB]);
  });

  it('are the admins of the nearest prefix with a reachable one, where nobody else can be reached', async () => {
    const near = [administers('acmeCo/prod/', BOSS), administers('acmeCo/', 'co@acme.test')];
    const all = [bounced(ANA), ...near, administers('', ROOT)];
    expect(await recipientsOf(all)).toEqual([BOSS]);
    expect(await recipientsOf([...all, bounced(BOSS)])).toEqual(['co@acme.test']);
    expect(
      await recipientsOf([...all, bounced(BOSS)], { disclaimed: [recipientKey('co@acme.test')] }),
    ).toEqual([ROOT]);
    expect(await recipientsOf([bounced(ANA)])).toEqual([]);
    // Who subscribed to something else stands in for nobody.
    const beside = [
      subscribed('acmeCo/prod/', BOB, 'task_overdue'),
      subscribed('acmeCo/', TOPIC, 'task_overdue'),
    ];
    expect(await recipientsOf([bounced(ANA), ...beside])).toEqual([]);
    expect(await recipientsOf([bounced(ANA), ...beside, administers('', ROOT)])).toEqual([ROOT]);
  });

  it('say of each whether reminders are declined', async () => {
    const view = await viewOf(knownAs(ANA, { declined: true }), subscribed('', BOB));
    expect(await view.recipientsOf(aTask(), 'task_abandoned')).toMatchObject([
      { key: recipientKey(ANA), address: ANA, declined: true },
      { key: recipientKey(BOB), address: BOB, declined: false },
    ]);
  });

  it('are no topics; those hear apart, but for one that refused what was published', async () => {
    const refused = `${TOPIC}-refused`;
    const view = await viewOf(
      subscribed('acmeCo/', TOPIC),
      subscribed('', refused),
      subscribed('acmeCo/', `${TOPIC}-late`, 'task_overdue'),
      subscribed('acmeCo/', BOB),
      bounced(refused),
    );
    const task = aTask({ owners: [] });
    expect(addressesOf(await view.recipientsOf(task, 'task_abandoned'))).toEqual([BOB]);
    expect(await view.topicsOf(task, 'task_abandoned')).toEqual([{ key: recipientKey(TOPIC), topic: TOPIC }]);
  });

  it('cost one query of a tenant, however many tasks and scopes it has', async () => {
    const table = await filledTable(subscribed('acmeCo/prod/', BOB));
    const view = await FleetView.load(table, NOW);
    for (const id of [DEEP, 'acmeCo/prod/deep/b', 'acmeCo/c'])
      await view.recipientsOf(aTask({ id }), 'task_abandoned');
    const queries = table.asked.filter((pk) => pk.startsWith('PEOPLE'));
    expect(queries.toSorted()).toEqual(['PEOPLE#', 'PEOPLE#acmeCo']);
    expect(table.asked.filter((pk) => pk === 'SUBSCRIPTIONS')).toHaveLength(1);
    expect(table.asked.filter((place) => place === `R#${recipientKey(ANA)} R`)).toHaveLength(1);
  });
});

describe('people that an earlier version stored', () => {
  const old = (prefix: string, email: string): Write => ({
    put: {
      ...keys.oldSubscription(prefix, email),
      v: 1,
      prefix,
      email,
      alertTypes: ['task_abandoned'],
      g2pk: 'SUBSCRIPTIONS',
      g2sk: `${prefix}#${email}`,
    },
  });

  it('hear of their own tenant, and the view says that there are such', async () => {
    const view = await viewOf(old('acmeCo/', BOB), old('beta/', 'eve@acme.test'));
    expect(await view.hasOldOffices()).toBe(false);
    expect(addressesOf(await view.recipientsOf(aTask(), 'task_abandoned'))).toEqual([ANA, BOB]);
    expect(await view.hasOldOffices()).toBe(true);
  });

  it('are none in a stage without them', async () => {
    const view = await viewOf(subscribed('acmeCo/', BOB));
    await view.recipientsOf(aTask(), 'task_abandoned');
    expect(await view.hasOldOffices()).toBe(false);
  });
});

describe('who is to be warned', () => {
  const escalating = policyWrite('', { escalateAt: '2d' });
  const admins = [administers('acmeCo/prod/', BOSS), administers('acmeCo/prod/', ANA)];
  const audienceIn = async (writes: Write[], alert: 'task_abandoned' | 'task_overdue' = 'task_abandoned') => {
    const { recipients, admins } = await (await viewOf(...writes)).audienceOf(aTask({ id: DEEP }), alert);
    return [addressesOf(recipients), admins && addressesOf(admins)];
  };

  it('are the recipients; no admins join them without `escalateAt`', async () => {
    expect(await audienceIn(admins)).toEqual([[ANA], undefined]);
  });

  it('are with `escalateAt` the admins, too, but for those who are recipients already', async () => {
    expect(await audienceIn([escalating, ...admins])).toEqual([[ANA], [BOSS]]);
  });

  it('are never the admins beside others where a task outlives its deadline', async () => {
    expect(await audienceIn([escalating, ...admins], 'task_overdue')).toEqual([[ANA], undefined]);
  });

  it('are the admins in the place of others where nobody else can be reached', async () => {
    expect(await audienceIn([escalating, administers('acmeCo/', BOSS), bounced(ANA)])).toEqual([
      [BOSS],
      undefined,
    ]);
  });
});

describe('the case of a task', () => {
  it('has recipients only where an episode is open, by the alert of that', async () => {
    const view = await viewOf(planeWrite('eu-1'), subscribed('acmeCo/', BOB, 'task_overdue'));
    const closed = await view.caseOf(aRecord());
    expect([closed.recipients, closed.admins, closed.hearers]).toEqual([[], undefined, undefined]);
    const recipientsOf = async (open: Episode) =>
      addressesOf((await view.caseOf(aRecord({}, { open }))).recipients);
    expect(await recipientsOf(fired())).toEqual([ANA]);
    expect(await recipientsOf(fired({ alert: 'task_overdue' }))).toEqual([ANA, BOB]);
  });

  it('has who hears of its own deadline, where it has one', async () => {
    const view = await viewOf(subscribed('', BOB, 'task_stopping'), subscribed('', 'eve@acme.test'));
    const { hearers, recipients } = await view.caseOf(aRecord({ deadline: day(20) }));
    expect([addressesOf(hearers), recipients]).toEqual([[ANA, BOB], []]);
  });

  it('has what its row and the fleet say of it', async () => {
    const view = await viewOf(
      planeWrite('eu-1', { state: 'down', since: day(3) }),
      policyWrite('acmeCo/', { mode: 'disable', stopNotice: '2d', atDeadline: 'alert' }),
      paused({ notify: day(1), feedbackSilent: day(2), restoredAt: day(1) }),
    );
    const keep = { kind: 'keep', until: day(30), by: ANA, at: day(13) } as const;
    const open = fired({ alert: 'task_overdue' });
    const stopping = { moves: 1, seen: day(20), told: {} };
    const record = aRecord({}, { keep, open, stopping });
    const written = view.policies.for(DEEP);
    expect(await view.caseOf(record)).toMatchObject({
      task: record.task,
      evidence: record.evidence,
      keep,
      episode: open,
      // Of an overdue task `alert` is mode `notify`, and the grace is `stopNotice`.
      policy: { mode: 'notify', disableAfter: 2 * DAY, reminders: [] },
      written,
      stopping,
      unknown: [{ from: day(3), to: null, why: 'data-plane' }],
      pauses: { evaluate: false, notify: true, disable: false },
      feedbackSilent: true,
      restoredAt: day(1),
    });
    expect(written.mode).toBe('disable');
    expect(view.bareCase(aRecord())).toMatchObject({ stopping: null, recipients: [] });
  });
});

describe('a deadline', () => {
  it.each<[string, Record<string, unknown>, number | undefined]>([
    ['is near from `stopNotice` before it on', { mode: 'notify', stopNotice: '2d' }, 2 * DAY],
    ['that is only alerted about is near once it is reached', { atDeadline: 'alert' }, 0],
    ['that nothing is done about is never near', { mode: 'notify' }, undefined],
  ])('%s', async (_, policy, lead) => {
    const view = await viewOf(policyWrite('', policy));
    const deadline = day(20);
    const record = aRecord({ deadline });
    const from = deadline - (lead ?? 0);
    expect(view.isDeadlineNear(record, from - 1)).toBe(false);
    expect(view.isDeadlineNear(record, from)).toBe(lead !== undefined);
    expect(view.isDeadlineNear(aRecord(), day(400))).toBe(false);
  });
});

describe('the word that a task was disabled', () => {
  const DISABLE_AT = day(21);
  const types = 'task_auto_disabled';
  const notified = async (
    writes: Write[],
    {
      now = DISABLE_AT,
      disableAt = DISABLE_AT,
      ...more
    }: { now?: Instant; disableAt?: Instant | null } & Partial<TaskRecord> = {},
    task: Partial<Task> = {},
  ) => {
    const view = await viewOf(...writes);
    return addressesOf(await view.notifiedOfDisabling(aRecord(task, more), disableAt, now));
  };

  it('goes to owners and to who subscribed to it, each once', async () => {
    const writes = [subscribed('', BOB, types), subscribed('', ANA, types), subscribed('', 'eve@acme.test')];
    expect(await notified(writes)).toEqual([ANA, BOB]);
  });

  it('goes to admins too from `escalateAt` before the date on', async () => {
    const writes = [policyWrite('', { escalateAt: '2d' }), administers('', BOSS)];
    const joins = DISABLE_AT - 2 * DAY;
    expect(await notified(writes, { now: joins })).toEqual([ANA, BOSS]);
    expect(await notified(writes, { now: joins - 1 })).toEqual([ANA]);
    expect(await notified(writes, { disableAt: null })).toEqual([ANA]);
    expect(await notified([administers('', BOSS)])).toEqual([ANA]);
  });

  const partsOf = (more: object) => ({ [recipientKey(BOSS)]: { ...warnedAt(day(14)), ...more } });
  it.each<[string, object, string[]]>([
    ['accepted a warning of the present grace', {}, [ANA, BOSS]],
    ['was warned in an earlier grace', { grace: 0 }, [ANA]],
    ['is still to be warned', { warning: 'pending' }, [ANA]],
  ])('goes to an admin, whichever prefix is theirs, who %s: %s', async (_, more, expected) => {
    const open = graced({ told: partsOf(more) });
    const near = administers('acmeCo/prod/', 'near@acme.test');
    expect(await notified([near, administers('', BOSS)], { open })).toEqual(expected);
  });

  it('goes to no admin who cannot be reached or disclaimed it, nor to one who was never warned', async () => {
    const open = graced({ told: partsOf({}) });
    expect(await notified([administers('', BOSS), bounced(BOSS)], { open })).toEqual([ANA]);
    const disclaimed = [recipientKey(BOSS)];
    expect(await notified([administers('', BOSS)], { open }, { disclaimed })).toEqual([ANA]);
    expect(await notified([administers('', BOSS)], { open: graced() })).toEqual([ANA]);
  });

  it('goes to an admin who was notified of the deadline that the task outlived', async () => {
    const mark = { address: BOSS, last: { deadline: day(20), moves: 1 }, acceptedAt: day(18) };
    const stopping = { moves: 1, seen: day(20), told: { [recipientKey(BOSS)]: mark } };
    const overdue = fired({ alert: 'task_overdue', since: day(20) });
    const writes = [administers('', BOSS)];
    expect(await notified(writes, { open: overdue, stopping })).toEqual([ANA, BOSS]);
    expect(await notified(writes, { open: fired({ since: day(20) }), stopping })).toEqual([ANA]);
    expect(await notified(writes, { open: { ...overdue, since: day(19) }, stopping })).toEqual([ANA]);
    expect(await notified(writes, { stopping })).toEqual([ANA]);
  });
});

describe('who owns a task', () => {
  const RULES = [
    { line: 1, pattern: '*', owners: [ROOT] },
    { line: 2, pattern: 'acmeCo/', owners: [BOB] },
    { line: 3, pattern: 'acmeCo/tmp/', owners: [] },
  ];
  const withRules = [ownerRulesWrite(RULES), paused({ ownerRules: digestOfRules(RULES) })];
  const nobody = (id: string) => aTask({ id, owners: [] });

  it('is whom it names itself, whatever rules say', async () => {
    const view = await viewOf(...withRules);
    expect(view.asksRules(aTask())).toBe(false);
    expect(await view.ownersOf(aTask())).toEqual({ addresses: [ANA], rule: null });
    expect(addressesOf(await view.recipientsOf(aTask(), 'task_abandoned'))).toEqual([ANA]);
  });

  it('is where it names nobody whom the last rule that matches names', async () => {
    const view = await viewOf(...withRules);
    expect(view.asksRules(nobody('acmeCo/a'))).toBe(true);
    expect(await view.ownersOf(nobody('acmeCo/a'))).toEqual({ addresses: [BOB], rule: RULES[1] });
    expect(await view.ownersOf(nobody('beta/a'))).toEqual({ addresses: [ROOT], rule: RULES[0] });
    expect(await view.ownersOf(nobody('acmeCo/tmp/a'))).toEqual({ addresses: [], rule: RULES[2] });
    expect(addressesOf(await view.recipientsOf(nobody('acmeCo/a'), 'task_abandoned'))).toEqual([BOB]);
  });

  it('is nobody where no rule matches, or there are none', async () => {
    const some = RULES.slice(1);
    const view = await viewOf(ownerRulesWrite(some), paused({ ownerRules: digestOfRules(some) }));
    expect(await view.ownersOf(nobody('beta/a'))).toEqual({ addresses: [], rule: null });
    const without = await viewOf();
    expect(without.asksRules(nobody('beta/a'))).toBe(false);
    expect(await without.ownersOf(nobody('beta/a'))).toEqual({ addresses: [], rule: null });
  });

  it('costs one reading of the rules', async () => {
    const other = [{ line: 7, pattern: '*', owners: [BOSS] }];
    const table = await filledTable(ownerRulesWrite(other), paused({ ownerRules: digestOfRules(other) }));
    const view = await FleetView.load(table, NOW);
    for (const id of ['acmeCo/a', 'beta/b']) await view.ownersOf(nobody(id));
    expect(table.asked.filter((place) => place.startsWith('OWNER-RULES'))).toHaveLength(1);
  });

  describe('and why somebody is notified of it', () => {
    const WRITES = [
      ...withRules,
      subscribed('', 'all@acme.test'),
      subscribed('acmeCo/', 'all@acme.test', 'task_overdue'),
      administers('acmeCo/prod/', 'all@acme.test'),
      administers('', BOSS),
      administers('acmeCo/', BOSS),
      subscribed(DEEP, 'task@acme.test'),
      subscribed('acmeCo/prod/ab', 'longer@acme.test'),
    ];
    const whyOf = async (address: string, owners: string[] = []) => {
      const view = await viewOf(...WRITES);
      const task = aTask({ id: DEEP, owners });
      expect(view.whyNotified(aTask({ id: DEEP, owners: [] }), recipientKey(address))).toBeUndefined();
      await view.recipientsOf(task, 'task_abandoned');
      return view.whyNotified(task, recipientKey(address));
    };

    it.each([
      ['they own it', ANA, [ANA], { as: 'owner' }],
      ['a rule says so', BOB, [], { as: 'owner-by-rule', rule: { line: 2, pattern: 'acmeCo/' } }],
      ['they subscribed to it', 'task@acme.test', [], { as: 'subscriber', scope: DEEP }],
      ['they subscribed to the nearest prefix', 'all@acme.test', [], { as: 'subscriber', scope: 'acmeCo/' }],
      ['they are admin of the nearest prefix', BOSS, [], { as: 'admin', scope: 'acmeCo/' }],
      ['nobody knows', 'longer@acme.test', [], undefined],
      ['nobody knows, for rules are not asked', BOB, [ANA], undefined],
    ])('%s: %s', async (_, address, owners, why) => {
      expect(await whyOf(address, owners)).toEqual(why);
    });
  });
});

describe('what is known of recipients', () => {
  const [ana, bob, eve] = [ANA, BOB, 'eve@acme.test'].map(recipientKey) as [string, string, string];

  it('is read once, and says who can be reached at what address', async () => {
    const table = await filledTable(
      knownAs(ANA, {}),
      bounced(BOB),
      knownAs('eve@acme.test', { address: null }),
    );
    const view = await FleetView.load(table, NOW);
    expect(await view.reachableOf(new Set([ana, bob, eve, 'nobody']))).toEqual([{ key: ana, address: ANA }]);
    table.asked.length = 0;
    await view.loadRecipients([ana, 'nobody']);
    expect(table.asked).toEqual([]);
    await view.loadRecipients([ana, 'new']);
    expect(table.asked).toEqual(['R#new R']);
  });

  it('says how they wish to be spoken to, and what they declined', async () => {
    const view = await viewOf(knownAs(ANA, { declined: true, zone: 'Europe/Berlin', language: 'de' }));
    await view.loadRecipients([ana, bob]);
    expect([ana, bob, eve].map((key) => view.hasDeclined(key))).toEqual([true, false, false]);
    expect(view.preferencesOf(ana)).toMatchObject({ zone: 'Europe/Berlin', language: 'de' });
    expect(view.preferencesOf(bob)).toEqual({});
  });
});

it('the last day has what is later than 24 hours ago', () => {
  const now = T0 + 24 * HOUR;
  expect([T0, T0 + 1, now].map((at) => inLastDay(at, now))).toEqual([false, true, true]);
});
