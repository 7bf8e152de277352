import { beforeEach, expect, test } from 'vitest';
import { DAY, HOUR, type Instant, MINUTE } from '../../../../functions/abandonment/time.ts';
import type { DigestItem } from '../../../../functions/store/digests.ts';
import type { AcceptedMail } from '../../../../simulation/engine/sim-mail.ts';
import { FleetFacts, type TrueTask } from '../../../../simulation/verify/fleet-facts.ts';
import { Verifier } from '../../../../simulation/verify/verifier.ts';

const ANA = 'ana@acme.test';
const BOB = 'bob@acme.test';

let now: Instant;
let facts: FleetFacts;
let verifier: Verifier;

beforeEach(() => {
  now = 0;
  facts = new FleetFacts();
  facts.setPolicy('', { mode: 'disable' }, 0);
  facts.addTask(task(), 0);
  verifier = new Verifier({ facts, now: () => now, gathered: 10 * MINUTE });
});

function task(more: Partial<TrueTask> = {}): TrueTask {
  return {
    id: 'acmeCo/a',
    kind: 'capture',
    dekaf: false,
    owners: [ANA],
    dataPlane: 'eu-1',
    enabled: true,
    createdAt: 0,
    enabledAt: null,
    firstSeenAt: 0,
    publishedByUserAt: null,
    deadline: null,
    startedAt: null,
    endedAt: null,
    disabledByUsAt: null,
    revertedAt: null,
    deleted: false,
    version: 1,
    restarts: 0,
    statuses: ['FAILED'],
    lastSeen: {},
    history: [],
    lastedFrom: null,
    twitchedAt: null,
    ...more,
  };
}

function item(
  notice: DigestItem['notice'],
  disableAt: Instant | null,
  more: Partial<DigestItem> = {},
): DigestItem {
  return {
    task: 'acmeCo/a',
    episode: 1,
    notice,
    grace: 1,
    disableAt,
    since: 0,
    restarts: 0,
    asked: 0,
    ...more,
  };
}

let digests = 0;

function accept(at: Instant, to: string, ...items: DigestItem[]): void {
  now = at;
  digests += 1;
  const mail = { at, to, digest: `d${digests}`, messageId: 'm', items } as unknown as AcceptedMail;
  verifier.mailAccepted(mail);
}

function ask(at: Instant, episode = 1, disableAt: Instant | null = at): void {
  now = at;
  verifier.disableAsked({ task: 'acmeCo/a', episode, run: 'r', disableAt });
}

function brokenPromises(): number[] {
  return [...new Set(verifier.broken.map(({ promise }) => promise))];
}

test('a full grace after an accepted warning with a date nothing is broken, and the promises were at stake', () => {
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  accept(18 * DAY, ANA, item('reminder', 21 * DAY, { lead: 3 * DAY }));
  ask(21 * DAY);
  expect(verifier.broken).toEqual([]);
  expect([...verifier.checks.keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 6, 7, 9]);
});

test('an hour short of a full grace breaks promise 1', () => {
  accept(14 * DAY, ANA, item('warning', 20 * DAY));
  ask(21 * DAY - HOUR);
  expect(brokenPromises()).toEqual([1]);
});

test('time in which the plane was down is no grace', () => {
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  facts.setPlaneKnown('eu-1', false, 15 * DAY);
  facts.setPlaneKnown('eu-1', true, 17 * DAY);
  ask(22 * DAY);
  expect(brokenPromises()).toEqual([1]);
  verifier.broken.length = 0;
  ask(23 * DAY);
  expect(verifier.broken).toEqual([]);
});

test('overlapping spans of unknown health are taken off once', () => {
  facts.setPlaneKnown('eu-1', false, 1 * DAY);
  facts.setPaused('evaluate', true, 2 * DAY);
  facts.setPlaneKnown('eu-1', true, 4 * DAY);
  facts.setPaused('evaluate', false, 5 * DAY);
  expect(facts.counted(facts.tasks.get('acmeCo/a') as TrueTask, 0, 10 * DAY)).toBe(6 * DAY);
});

test.each([
  ['without a date', () => accept(14 * DAY, ANA, item('warning', null))],
  ['of another episode', () => accept(14 * DAY, ANA, item('warning', 21 * DAY, { episode: 2 }))],
  ['for a stranger', () => accept(14 * DAY, BOB, item('warning', 21 * DAY))],
])('a warning %s does not count', (_what, warn) => {
  warn();
  ask(30 * DAY);
  expect(brokenPromises()).toContain(1);
});

test('a warning of an address that was suppressed since does not count', () => {
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  verifier.addressSuppressed(ANA);
  ask(21 * DAY);
  expect(brokenPromises()).toEqual([1]);
});

test('a warning from before the mode was raised does not count', () => {
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  facts.setPolicy('', { mode: 'notify' }, 15 * DAY);
  facts.setPolicy('', { mode: 'disable' }, 15 * DAY + HOUR);
  ask(21 * DAY);
  expect(brokenPromises()).toEqual([1]);
});

test('a mode that is written again as it was has not been raised', () => {
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  facts.setPolicy('', { mode: 'disable' }, 15 * DAY);
  ask(21 * DAY);
  expect(verifier.broken).toEqual([]);
});

test('disabling before the latest printed date breaks promise 2', () => {
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  accept(20 * DAY, ANA, item('reminder', 22 * DAY, { lead: DAY }));
  ask(21 * DAY);
  expect(brokenPromises()).toEqual([2]);
});

test("an owner's own request is bound by neither", () => {
  verifier.personRequested({ type: 'action', action: 'disable', task: 'acmeCo/a', by: ANA }, true);
  ask(1 * DAY, 1, null);
  expect(verifier.broken).toEqual([]);
});

test('a task that is disabled at once although nobody wanted it breaks promise 9', () => {
  ask(1 * DAY, 1, null);
  expect(brokenPromises()).toEqual([9]);
});

test.each(['keep', 'disable', 'unsubscribe'] as const)(
  'a %s by a stranger that counts breaks promise 9',
  (action) => {
    verifier.personRequested({ type: 'action', action, task: 'acmeCo/a', by: BOB, for: null } as never, true);
    expect(brokenPromises()).toEqual([9]);
  },
);

test("an owner's keep that is ignored breaks promise 9, their disabling without an episode does not", () => {
  verifier.personRequested({ type: 'action', action: 'disable', task: 'acmeCo/a', by: ANA }, false);
  expect(verifier.broken).toEqual([]);
  verifier.personRequested({ type: 'action', action: 'keep', task: 'acmeCo/a', by: ANA, for: null }, false);
  expect(brokenPromises()).toEqual([9]);
});

test('a reminder for one who declined them breaks promise 9', () => {
  verifier.personRequested({ type: 'action', action: 'unsubscribe', task: 'acmeCo/a', by: ANA }, true);
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  expect(verifier.broken).toEqual([]);
  accept(20 * DAY, ANA, item('reminder', 21 * DAY, { lead: DAY }));
  expect(brokenPromises()).toEqual([9]);
});

test('who was revived may be mailed again, and must be warned again before anything is disabled', () => {
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  now = 15 * DAY;
  verifier.addressSuppressed(ANA);
  verifier.addressRevived('ANA@acme.test', true);
  ask(21 * DAY);
  expect(brokenPromises()).toEqual([1, 7]);
  verifier.broken.length = 0;
  accept(22 * DAY, ANA, item('warning', 29 * DAY));
  ask(29 * DAY, 2);
  expect(verifier.broken.filter(({ promise }) => promise === 6)).toEqual([]);
});

test('a suppressed address that an operator could not revive breaks promise 4', () => {
  verifier.addressSuppressed(ANA);
  verifier.addressRevived(ANA, false);
  expect(brokenPromises()).toEqual([4]);
});

test('a date in mode notify breaks promise 3', () => {
  facts.setPolicy('acmeCo/', { mode: 'notify' }, 0);
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  expect(brokenPromises()).toEqual([3]);
});

test('a mail to an address that was suppressed breaks promise 4', () => {
  verifier.addressSuppressed('Ana@acme.test');
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  expect(brokenPromises()).toEqual([4]);
});

test('a second mail of warnings within the hour breaks promise 6, an hour later it does not', () => {
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  accept(14 * DAY + HOUR, ANA, item('warning', 21 * DAY, { task: 'acmeCo/b' }));
  expect(verifier.broken).toEqual([]);
  accept(14 * DAY + 2 * HOUR - MINUTE, ANA, item('warning', 21 * DAY, { task: 'acmeCo/c' }));
  expect(brokenPromises()).toEqual([6]);
});

test('a reminder whose window would close goes out within the hour', () => {
  accept(20 * DAY - 30 * MINUTE, ANA, item('warning', 30 * DAY, { task: 'acmeCo/b' }));
  accept(20 * DAY, ANA, item('reminder', 20 * DAY + 20 * MINUTE, { lead: 3 * DAY }));
  expect(verifier.broken).toEqual([]);
});

test('the same notice twice breaks promise 6, unless the recipient left and came back', () => {
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  facts.setOwners('acmeCo/a', [BOB]);
  facts.setOwners('acmeCo/a', [ANA]);
  accept(16 * DAY, ANA, item('warning', 21 * DAY));
  expect(verifier.broken).toEqual([]);
  accept(17 * DAY, ANA, item('warning', 21 * DAY));
  expect(brokenPromises()).toEqual([6]);
});

test('two mails of what was disabled, minutes apart, break promise 6', () => {
  for (const [episode, id] of [
    [1, 'acmeCo/a'],
    [1, 'acmeCo/b'],
  ] as const) {
    verifier.disabled({ task: id, episode, run: 'r', disableAt: 0 });
    const task = facts.tasks.get('acmeCo/a') as TrueTask;
    facts.tasks.set(id, { ...task, id, enabled: false });
  }
  accept(21 * DAY, ANA, item('disabled', null));
  accept(21 * DAY + 2 * MINUTE, ANA, item('disabled', null, { task: 'acmeCo/b' }));
  expect(brokenPromises()).toEqual([6]);
});

test('saying that a task was disabled before it was breaks promise 8', () => {
  accept(21 * DAY, ANA, item('disabled', null));
  expect(brokenPromises()).toEqual([8]);
});

test('saying that a task recovered which did not breaks promise 8', () => {
  accept(21 * DAY, ANA, item('recovered', null, { since: 1 }));
  expect(brokenPromises()).toEqual([8]);
  verifier.broken.length = 0;
  facts.setStatuses('acmeCo/a', ['PRIMARY'], 22 * DAY);
  accept(22 * DAY, BOB, item('recovered', null, { since: 1 }));
  expect(verifier.broken).toEqual([]);
});

test.each<[string, Partial<TrueTask>]>([
  ['a user published', { publishedByUserAt: 15 * DAY }],
  ['it runs', { statuses: ['FAILED', 'PRIMARY'] }],
  ['it is off', { enabled: false }],
  ['it was deleted', { deleted: true }],
])('asking to disable a task although %s breaks promise 9', (_why, change) => {
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  Object.assign(facts.tasks.get('acmeCo/a') as TrueTask, change);
  ask(21 * DAY);
  expect(brokenPromises()).toEqual([9]);
});

test('a second disabling in one episode breaks promise 11', () => {
  verifier.disabled({ task: 'acmeCo/a', episode: 1, run: 'r', disableAt: 0 });
  verifier.disabled({ task: 'acmeCo/a', episode: 1, run: 'r', disableAt: 0 });
  expect(brokenPromises()).toEqual([11]);
});

test('a disabling needs an audit row that names who, why and a mail', () => {
  accept(14 * DAY, ANA, item('warning', 21 * DAY));
  now = 21 * DAY;
  verifier.disabled({ task: 'acmeCo/a', episode: 1, run: 'r', disableAt: now });
  verifier.instantOver();
  expect(brokenPromises()).toEqual([16]);
  verifier.broken.length = 0;
  const entry = {
    task: 'acmeCo/a',
    at: now,
    act: 'disabled',
    by: 'taskwarden',
    reason: 'grace-over',
    evidence: {},
  };
  verifier.audits.audited({ ...entry, mails: [`d${digests}`] });
  verifier.disabled({ task: 'acmeCo/a', episode: 2, run: 'r', disableAt: now });
  verifier.instantOver();
  expect(verifier.broken).toEqual([]);
});

test('a task’s own policy outdoes its prefixes, and null takes a key back to the default', () => {
  facts.setPolicy('acmeCo/', { warnAfter: 30 * DAY, disableAfter: 2 * DAY }, 0);
  facts.setPolicy('acmeCo/a', { warnAfter: null }, 0);
  expect([facts.policy('acmeCo/a', 'warnAfter'), facts.policy('acmeCo/b', 'warnAfter')]).toEqual([
    14 * DAY,
    30 * DAY,
  ]);
  expect(facts.policy('acmeCo/a', 'disableAfter')).toBe(2 * DAY);
});

test('admins of the nearest prefix are recipients only where nobody else is alive', () => {
  facts.admins.set('acmeCo/', ['boss@acme.test']);
  facts.subscriptions.push({ prefix: 'acmeCo/', email: BOB, alertTypes: ['task_auto_disabled'] });
  const of = () =>
    facts.recipientsOf(facts.tasks.get('acmeCo/a') as TrueTask, 'task_abandoned', (address) =>
      verifier.isSuppressed(address),
    );
  expect(of()).toEqual([ANA]);
  verifier.addressSuppressed(ANA);
  expect(of()).toEqual(['boss@acme.test']);
  verifier.addressSuppressed('boss@acme.test');
  expect(of()).toEqual([]);
});
