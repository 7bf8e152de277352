import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../../functions/abandonment/time.ts';
import { parseScenario, type ScenarioEvent } from '../../../../simulation/scenario/scenario.ts';

const created = {
  id: 'acmeCo/new',
  kind: 'service',
  owners: [],
  dataPlane: 'eu-1',
  shards: [],
};
const task = { ...created, id: 'acmeCo/a', enabled: true, createdAt: '2025-06-01T00:00:00Z' };
const least = {
  version: 1,
  start: '2026-01-01T00:00:00Z',
  until: '2026-02-15T00:00:00Z',
  scanEvery: '1h',
  tasks: [task],
};
const at = '2026-01-05T00:00:00Z';

type Written = Record<string, unknown>;

function run(events: Written[], changes: Written = {}): ReturnType<typeof parseScenario> {
  return parseScenario({ ...least, events: events.map((event) => ({ at, ...event })), ...changes });
}

function read(...events: Written[]): ScenarioEvent[] {
  const result = run(events);
  if (!result.ok) throw new Error(result.problem);
  return result.scenario.events;
}

function problem(...events: Written[]): string {
  const result = run(events);
  return result.ok ? 'none' : result.problem;
}

/** An event without when and where it stands. */
function bodyOf(event: Written): Written {
  const { at: _, index: __, ...body } = read(event)[0]!;
  return body;
}

const a = { task: 'acmeCo/a' };
const by = { ...a, by: 'ana@acme.test' };

describe('events', () => {
  it.each([
    [{ type: 'shards', ...a, shards: [{ id: '0', status: 'IDLE' }] }, {}],
    [{ type: 'restarted', ...a }, { times: 1 }],
    [{ type: 'restarted', ...a, times: 3 }, {}],
    [{ type: 'published', ...a, by: 'user' }, {}],
    [{ type: 'published', ...a, by: 'system', enabled: false }, {}],
    [{ type: 'deleted', ...a }, {}],
    [{ type: 'owners', ...a, owners: [] }, {}],
    [{ type: 'data-plane', dataPlane: 'anywhere', state: 'silent' }, {}],
    [{ type: 'action', ...by, action: 'keep' }, { for: null }],
    [{ type: 'action', ...by, action: 'keep', for: '5d' }, { for: 5 * DAY }],
    [{ type: 'action', ...by, action: 'snooze', for: '1h' }, { for: HOUR }],
    [{ type: 'action', ...by, action: 'disable' }, {}],
    [{ type: 'action', ...by, action: 'unsubscribe' }, {}],
    [{ type: 'mail-event', recipient: 'x@y.test', event: 'bounce' }, { bounceType: 'permanent' }],
    [{ type: 'mail-event', recipient: 'x@y.test', event: 'bounce', bounceType: 'transient' }, {}],
    [{ type: 'mail-event', recipient: 'x@y.test', event: 'complaint' }, {}],
    [{ type: 'mail-event', recipient: 'x@y.test', event: 'delivery' }, {}],
    [
      { type: 'policy', scope: '', set: { rampPerDay: 5 } },
      { set: { parsed: { rampPerDay: 5 }, document: { rampPerDay: 5 } } },
    ],
    [
      { type: 'policy', scope: 'a/', set: { keepMax: '1d' } },
      { set: { parsed: { keepMax: DAY }, document: { keepMax: '1d' } } },
    ],
    [{ type: 'operator', action: 'pause', of: 'evaluate' }, {}],
    [{ type: 'operator', action: 'resume', of: 'disable' }, {}],
    [{ type: 'operator', action: 'approve' }, {}],
    [{ type: 'operator', action: 'undo', of: 'acmeCo/a' }, { of: { task: 'acmeCo/a' } }],
    [
      { type: 'operator', action: 'undo', of: '2026-01-04T23:00:00Z' },
      { of: { run: Date.parse('2026-01-04T23:00:00Z') } },
    ],
    [
      { type: 'fault', target: 'ses', mode: 'throttle', for: '2h' },
      { for: 2 * HOUR, times: null, recipient: null, task: null },
    ],
    [
      { type: 'fault', target: 'ses', mode: 'reject', times: 2, recipient: 'x@y.test' },
      { for: null, task: null },
    ],
    [
      { type: 'fault', target: 'control-plane', mode: 'down', times: 2, ...a },
      { for: null, recipient: null },
    ],
    [
      { type: 'fault', target: 'feedback', mode: 'down', for: '1h' },
      { for: HOUR, times: null, recipient: null, task: null },
    ],
  ])('are read: %j', (event, filledIn) => {
    expect(bodyOf(event)).toEqual({ ...event, ...filledIn });
  });

  it('of an operator may revive an address', () => {
    expect(bodyOf({ type: 'operator', action: 'revive', of: 'JO@müller.test' })).toEqual({
      type: 'operator',
      action: 'revive',
      address: 'jo@xn--mller-kva.test',
    });
  });

  it.each(['eu-1', 'acmeCo/a'])('of an operator may dismiss a data plane or a task: %s', (of) => {
    const event = { type: 'operator', action: 'dismiss', of };
    expect(bodyOf(event)).toEqual(event);
  });

  it.each(['ses', 'control-plane', 'table', 'queue', 'scanner', 'notifier', 'disabler'])(
    'may be faults of %s',
    (target) => {
      for (const mode of ['throttle', 'timeout-after-accept', 'crash', 'down', 'duplicate']) {
        expect(bodyOf({ type: 'fault', target, mode, times: 1 })).toMatchObject({ target, mode, times: 1 });
      }
    },
  );

  it.each([
    [{ type: 'shard', ...a }, 'type: is "shard"; allowed are "shards", "restarted"'],
    [{}, 'type: is missing'],
    [{ type: 'deleted', ...a, at: '2026-01-05T00:00:00' }, 'at: "2026-01-05T00:00:00" has no zone'],
    [
      { type: 'deleted', ...a, at: '2025-12-31T23:59:59Z' },
      'at: "2025-12-31T23:59:59Z" is outside the scenario',
    ],
    [
      { type: 'deleted', ...a, at: '2026-02-15T00:00:01Z' },
      'at: "2026-02-15T00:00:01Z" is outside the scenario',
    ],
    [{ type: 'deleted', ...a, by: 'user' }, 'by: unknown key "by"'],
    [{ type: 'deleted' }, 'task: is missing'],
    [{ type: 'deleted', task: 'acmeCo/x' }, 'task: "acmeCo/x" is an unknown task'],
    [{ type: 'shards', ...a, shards: [{ id: '0', status: 'DEAD' }] }, 'shards[0].status: is "DEAD"'],
    [{ type: 'restarted', ...a, times: 0 }, 'times: is 0; allowed are whole numbers from 1'],
    [{ type: 'published', ...a }, 'by: is missing'],
    [
      { type: 'published', ...a, by: 'ana@acme.test' },
      'by: is "ana@acme.test"; allowed are "user", "system"',
    ],
    [{ type: 'published', ...a, by: 'user', enabled: 'no' }, 'enabled: is "no"'],
    [{ type: 'owners', ...a, owners: ['x\n@y.test'] }, 'owners[0]: "x\\n@y.test" has a line break'],
    [
      { type: 'data-plane', dataPlane: 'eu', state: 'gone' },
      'state: is "gone"; allowed are "down", "up", "silent"',
    ],
    [{ type: 'action', ...by, action: 'snooze' }, 'for: is missing; "snooze" requires a duration'],
    [{ type: 'action', ...by, action: 'snooze', for: '0s' }, 'for: "0s" is too short'],
    [{ type: 'action', ...by, action: 'disable', for: '1d' }, 'for: has no meaning for "disable"'],
    [{ type: 'action', ...by, action: 'delete' }, 'action: is "delete"'],
    [{ type: 'action', ...a, by: 'ana', action: 'keep' }, 'by: "ana" has no @'],
    [{ type: 'mail-event', recipient: 'x@y.test', event: 'open' }, 'event: is "open"'],
    [
      { type: 'mail-event', recipient: 'x@y.test', event: 'bounce', bounceType: 'soft' },
      'bounceType: is "soft"; allowed are "permanent", "transient"',
    ],
    [
      { type: 'mail-event', recipient: 'x@y.test', event: 'complaint', bounceType: 'permanent' },
      'bounceType: has no meaning for "complaint"',
    ],
    [{ type: 'policy', scope: 'a', set: { scanEvery: '1h' } }, 'set.scanEvery: is no policy key here'],
    [{ type: 'policy', scope: '', set: { disableAfter: '1h' } }, 'set.disableAfter: "1h" is too short'],
    [{ type: 'policy', scope: 'a/', set: { blastRadius: {} } }, 'set.blastRadius: can be set globally only'],
    [{ type: 'policy', scope: 'a//b', set: {} }, 'scope: "a//b" has an empty part'],
    [{ type: 'policy', scope: null, set: {} }, 'scope: is null'],
    [{ type: 'policy', scope: '' }, 'set: is missing'],
    [
      { type: 'operator', action: 'pause' },
      'of: is missing; "pause" requires "evaluate", "notify", "disable"',
    ],
    [{ type: 'operator', action: 'pause', of: 'scan' }, 'of: is "scan"'],
    [{ type: 'operator', action: 'approve', of: 'acmeCo/a' }, 'of: has no meaning for "approve"'],
    [{ type: 'operator', action: 'dismiss' }, 'of: is missing; "dismiss" requires a data plane or a task id'],
    [{ type: 'operator', action: 'undo', of: 'acmeCo/x' }, 'of: "acmeCo/x" is an unknown task'],
    [{ type: 'operator', action: 'undo', of: '2026-01-04T23:30:00Z' }, 'of: 2026-01-04T23:30:00Z is no scan'],
    [{ type: 'operator', action: 'undo', of: at }, `of: ${at} is no scan`],
    [{ type: 'operator', action: 'undo', of: '2025-12-31T23:00:00Z' }, 'of: 2025-12-31T23:00:00Z is no scan'],
    [{ type: 'fault', target: 'ses', mode: 'down' }, ' has neither "for" nor "times"'],
    [{ type: 'fault', target: 'ses', mode: 'down', for: '1h', times: 1 }, ' has both "for" and "times"'],
    [{ type: 'fault', target: 'ses', mode: 'down', times: 0 }, 'times: is 0'],
    [{ type: 'fault', target: 'lambda', mode: 'down', times: 1 }, 'target: is "lambda"'],
    [{ type: 'fault', target: 'ses', mode: 'slow', times: 1 }, 'mode: is "slow"'],
    [
      { type: 'fault', target: 'ses', mode: 'reject', times: 1 },
      'recipient: is missing; "reject" requires an address',
    ],
    [
      { type: 'fault', target: 'ses', mode: 'down', times: 1, recipient: 'x@y.test' },
      'recipient: has no meaning for "down"',
    ],
    [{ type: 'created', task: { ...created, kind: 'run' } }, 'task.kind: is "run"'],
    [
      { type: 'created', task: { ...created, lastPrimaryAt: '2099-01-01T00:00:00Z' } },
      'task.lastPrimaryAt: "2099-01-01T00:00:00Z" lies in the future',
    ],
    [
      { type: 'created', task: { ...created, observedSince: '2099-01-01T00:00:00Z' } },
      'task.observedSince: "2099-01-01T00:00:00Z" lies in the future',
    ],
    [{ type: 'created', task: 'acmeCo/new' }, 'task: is "acmeCo/new"; allowed is an object'],
    [{ type: 'created', task: { ...created, id: 'acmeCo/a' } }, 'task.id: "acmeCo/a" exists already'],
  ])('are refused: %j', (event, reason) => {
    expect(problem({ type: 'restarted', ...a, at: '2026-01-01T00:00:00Z' }, event)).toMatch(
      /^events\[1\][.:]/,
    );
    expect(problem({ type: 'restarted', ...a, at: '2026-01-01T00:00:00Z' }, event)).toContain(reason);
  });

  it('that are no objects are refused', () => {
    const result = parseScenario({ ...least, events: [null, 3] });
    expect(result).toEqual({ ok: false, problem: 'events[0]: is null; allowed is an object' });
  });

  it('may lie on the start and on the end', () => {
    expect(
      read({ type: 'restarted', ...a, at: least.start }, { type: 'deleted', ...a, at: least.until }),
    ).toHaveLength(2);
  });

  it('come in the order of their instants, ties as they stand in the file', () => {
    const late = '2026-01-09T00:00:00Z';
    const events = read(
      { type: 'deleted', ...a, at: late },
      { type: 'restarted', ...a },
      { type: 'created', task: { ...created, id: 'acmeCo/a' }, at: late },
      { type: 'owners', ...a, owners: [] },
    );
    expect(events.map(({ index }) => index)).toEqual([1, 3, 0, 2]);
  });
});

describe('tasks that come and go', () => {
  const day = (number: number): string => `2026-01-${String(number).padStart(2, '0')}T00:00:00Z`;

  it('are enabled, created and first seen at the event unless it says otherwise', () => {
    expect(bodyOf({ type: 'created', task: created })).toMatchObject({
      task: { enabled: true, createdAt: Date.parse(at), observedSince: Date.parse(at), dekaf: false },
    });
    const task = {
      ...created,
      enabled: false,
      createdAt: day(2),
      observedSince: day(3),
      lastPrimaryAt: day(4),
    };
    expect(bodyOf({ type: 'created', task })).toMatchObject({
      task: {
        enabled: false,
        createdAt: Date.parse(day(2)),
        observedSince: Date.parse(day(3)),
        lastPrimaryAt: Date.parse(day(4)),
      },
    });
  });

  it('can be spoken of from their creation on, not before', () => {
    const creation = { type: 'created', task: created };
    expect(read({ type: 'deleted', task: 'acmeCo/new', at: day(6) }, creation)).toHaveLength(2);
    expect(problem(creation, { type: 'deleted', task: 'acmeCo/new', at: day(4) })).toMatch(
      /^events\[1\]\.task: "acmeCo\/new" is an unknown task/,
    );
    expect(problem({ type: 'deleted', task: 'acmeCo/new' }, creation)).toMatch(/^events\[0\]\.task/);
  });

  it('cannot be spoken of when deleted, until they come back', () => {
    const deletion = { type: 'deleted', ...a, at: day(3) };
    const back = { type: 'created', task: { ...created, id: 'acmeCo/a' }, at: day(5) };
    const owners = { type: 'owners', ...a, owners: [] };
    expect(problem(deletion, { ...owners, at: day(4) })).toMatch(
      /^events\[1\]\.task: "acmeCo\/a" was deleted before/,
    );
    expect(problem(deletion, deletion)).toMatch(/^events\[1\]\.task: "acmeCo\/a" was deleted before/);
    expect(problem(deletion, { type: 'operator', action: 'undo', of: 'acmeCo/a' })).toMatch(
      /^events\[1\]\.of/,
    );
    expect(read(deletion, back, { ...owners, at: day(6) })).toHaveLength(3);
    expect(problem(deletion, back, back)).toMatch(/^events\[2\]\.task\.id: "acmeCo\/a" exists already/);
  });
});

describe('the length of a keep', () => {
  const keep = (span: string, when = at): Written => ({
    type: 'action',
    ...by,
    action: 'keep',
    for: span,
    at: when,
  });

  it('may be all of keepMax and no more', () => {
    expect(problem(keep('90d'))).toBe('none');
    expect(problem(keep('2160h'))).toBe('none');
    expect(problem({ ...keep('91d'), action: 'snooze' })).toBe(
      'events[0].for: 91d is too long; allowed are 90d or less (keepMax of "acmeCo/a" then, from default)',
    );
    expect(problem(keep('7776001s'))).toMatch(/is too long/);
  });

  it('is held to the policy of the file for that task', () => {
    const result = run([keep('8d')], {
      policy: { keepMax: '10d' },
      policies: { 'acmeCo/': { keepMax: '7d' } },
    });
    expect(result).toMatchObject({
      ok: false,
      problem: expect.stringContaining('7d or less (keepMax of "acmeCo/a" then, from acmeCo/)'),
    });
    expect(
      run([keep('8d')], { policy: { keepMax: '10d' }, policies: { 'other/': { keepMax: '7d' } } }).ok,
    ).toBe(true);
  });

  it('is held to the policy at its instant, changes of the same instant as they stand', () => {
    const shorter = { type: 'policy', scope: 'acmeCo/', set: { keepMax: '5d' } };
    const longer = {
      type: 'policy',
      scope: 'acmeCo/a',
      set: { keepMax: '100d' },
      at: '2026-01-08T00:00:00Z',
    };
    expect(problem(shorter, keep('6d'))).toMatch(/^events\[1\]\.for: 6d is too long; allowed are 5d or less/);
    expect(problem(keep('6d'), shorter)).toBe('none');
    expect(problem(keep('6d', '2026-01-04T00:00:00Z'), shorter)).toBe('none');
    expect(problem(longer, shorter, keep('99d', '2026-01-09T00:00:00Z'))).toBe('none');
    expect(problem(longer, shorter, keep('99d', '2026-01-07T00:00:00Z'))).toMatch(/^events\[2\]\.for/);
  });

  it('keeps what an earlier change of the same scope set, and goes back to the default by null', () => {
    const set = (keys: Written): Written => ({ type: 'policy', scope: 'acmeCo/', set: keys });
    expect(problem(set({ keepMax: '5d' }), set({ mode: 'notify' }), keep('6d'))).toMatch(/5d or less/);
    expect(problem(set({ keepMax: '5d' }), set({ keepMax: null }), keep('90d'))).toBe('none');
  });
});
