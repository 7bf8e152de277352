import { describe, expect, it } from 'vitest';
import { PolicyBook } from '../../../../functions/abandonment/policy-book.ts';
import { DAY, HOUR } from '../../../../functions/abandonment/time.ts';
import {
  parsedPolicies,
  parseScenario,
  policyDocuments,
  type Scenario,
} from '../../../../simulation/scenario/scenario.ts';

const task = {
  id: 'acmeCo/a',
  kind: 'capture',
  enabled: true,
  createdAt: '2025-06-01T00:00:00Z',
  owners: ['ana@acme.test'],
  dataPlane: 'aws-eu-1',
  shards: [{ id: '0', status: 'FAILED' }],
};
const least = {
  version: 1,
  start: '2026-01-01T00:00:00Z',
  until: '2026-02-15T00:00:00Z',
  scanEvery: '1h',
  tasks: [task],
};

function read(changes: Record<string, unknown>): Scenario {
  const result = parseScenario({ ...least, ...changes });
  if (!result.ok) throw new Error(result.problem);
  return result.scenario;
}

function problem(json: unknown): string {
  const result = parseScenario(json);
  return result.ok ? 'none' : result.problem;
}

const without = (key: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(least).filter(([name]) => name !== key));

describe('a scenario', () => {
  it('needs no more than its required keys', () => {
    expect(read({})).toEqual({
      start: Date.parse('2026-01-01T00:00:00Z'),
      until: Date.parse('2026-02-15T00:00:00Z'),
      scanEvery: HOUR,
      seed: 1,
      policy: { parsed: {}, document: {} },
      policies: new Map(),
      subscriptions: [],
      admins: new Map(),
      operators: [],
      recipients: [],
      tasks: [
        {
          id: 'acmeCo/a',
          kind: 'capture',
          enabled: true,
          createdAt: Date.parse('2025-06-01T00:00:00Z'),
          owners: ['ana@acme.test'],
          dataPlane: 'aws-eu-1',
          shards: [{ id: '0', status: 'FAILED' }],
          dekaf: false,
          observedSince: Date.parse('2026-01-01T00:00:00Z'),
        },
      ],
      events: [],
    });
  });

  it('reads an example with every key', () => {
    const scenario = read({
      seed: 1,
      policy: { mode: 'disable' },
      policies: { 'acmeCo/': { warnAfter: '30d' }, 'acmeCo/a': { mode: 'notify' } },
      subscriptions: [
        { prefix: 'acmeCo/', email: 'team@acme.test', alertTypes: ['task_abandoned', 'task_auto_disabled'] },
      ],
      admins: { 'acmeCo/': ['boss@acme.test'] },
      operators: ['ops@platform.test'],
      tasks: [
        {
          ...task,
          lastPrimaryAt: '2025-12-30T00:00:00Z',
          observedSince: '2025-06-01T00:00:00Z',
          dekaf: false,
        },
      ],
      events: [
        {
          at: '2026-01-05T00:00:00Z',
          type: 'shards',
          task: 'acmeCo/a',
          shards: [{ id: '0', status: 'PRIMARY' }],
        },
      ],
    });
    expect(scenario.policy).toEqual({ parsed: { mode: 'disable' }, document: { mode: 'disable' } });
    expect(scenario.policies.get('acmeCo/')?.parsed).toEqual({ warnAfter: 30 * DAY });
    expect(scenario.admins.get('acmeCo/')).toEqual(['boss@acme.test']);
    expect(scenario.tasks[0]).toMatchObject({
      lastPrimaryAt: Date.parse('2025-12-30T00:00:00Z'),
      observedSince: Date.parse('2025-06-01T00:00:00Z'),
    });
    expect(scenario.events).toEqual([
      {
        at: Date.parse('2026-01-05T00:00:00Z'),
        index: 0,
        type: 'shards',
        task: 'acmeCo/a',
        shards: [{ id: '0', status: 'PRIMARY' }],
      },
    ]);
  });

  it('gives its policies with the interval of its scans, as written and parsed', () => {
    const scenario = read({
      scanEvery: '90m',
      policy: { warnAfter: '20d' },
      policies: { 'a/': { mode: 'notify' } },
    });
    expect(policyDocuments(scenario)).toEqual(
      new Map<string, unknown>([
        ['a/', { mode: 'notify' }],
        ['', { warnAfter: '20d', scanEvery: '90m' }],
      ]),
    );
    expect(new PolicyBook(parsedPolicies(scenario)).for('a/b')).toMatchObject({
      scanEvery: 90 * 60_000,
      warnAfter: 20 * DAY,
      mode: 'notify',
    });
  });

  it.each(['version', 'start', 'until', 'scanEvery', 'tasks'])('is refused without %s', (key) => {
    expect(problem(without(key))).toMatch(new RegExp(`^${key}: is missing`));
  });

  it.each([
    [[], 'the scenario is a list; allowed is an object'],
    [null, 'the scenario is null; allowed is an object'],
    ['x', 'the scenario is "x"; allowed is an object'],
    [{ ...least, version: 2 }, 'version: is 2; allowed is 1'],
    [{ ...least, version: '1' }, 'version: is "1"; allowed is 1'],
    [
      { ...least, until: least.start },
      'until: "2026-01-01T00:00:00Z" is not after start (2026-01-01T00:00:00Z)',
    ],
    [{ ...least, seed: 1.5 }, 'seed: is 1.5; allowed are whole numbers'],
    [{ ...least, tasks: {} }, 'tasks: is an object; allowed is a list'],
    [{ ...least, events: null }, 'events: is null; allowed is a list'],
    [{ ...least, scanEvery: '0s' }, 'scanEvery: "0s" is too short; allowed is 1m or more'],
    [{ ...least, scanEvery: '-1h' }, 'scanEvery: "-1h" is negative; durations are text'],
    [{ ...least, scanEvery: 3600 }, 'scanEvery: is 3600; durations are text'],
    [{ ...least, task: [] }, 'task: unknown key "task"; did you mean "tasks"?'],
    [{ ...least, 'a b': 1 }, '["a b"]: unknown key "a b"; allowed are "version"'],
  ])('is refused when it is %j', (json, reason) => {
    expect(problem(json)).toContain(reason);
    expect(problem(json).indexOf(reason)).toBe(0);
  });

  it.each([
    ['2026-01-01T00:00:00', 'has no zone'],
    ['2026-01-01', 'is no instant'],
    ['2026-02-30T00:00:00Z', 'is no instant'],
    ['2026-01-01T24:00:00Z', 'is no instant'],
    ['yesterday', 'is no instant'],
    [1767225600000, 'is 1767225600000'],
  ])('is refused when it starts at %j', (start, reason) => {
    expect(problem({ ...least, start })).toMatch(/^start: .*instants are RFC 3339 with a zone/);
    expect(problem({ ...least, start })).toContain(reason);
  });

  it('reads instants of any zone', () => {
    expect(read({ start: '2026-01-01T02:00:00+02:00' }).start).toBe(Date.parse('2026-01-01T00:00:00Z'));
    expect(read({ start: '2025-12-31t19:00:00.5-05:00' }).start).toBe(Date.parse('2026-01-01T00:00:00.500Z'));
  });

  it('may be without tasks', () => {
    expect(read({ tasks: [] }).tasks).toEqual([]);
  });
});

describe('the tasks of a scenario', () => {
  const problemOf = (changes: Record<string, unknown>): string =>
    problem({ ...least, tasks: [task, { ...task, id: 'acmeCo/b', ...changes }] });

  it.each([
    [{ kind: 'pipeline' }, 'kind: is "pipeline"; allowed are "capture", "materialization"'],
    [{ kind: 'Capture' }, 'kind: is "Capture"'],
    [{ enabled: 'true' }, 'enabled: is "true"; allowed are true and false'],
    [{ createdAt: '2025-06-01T00:00:00' }, 'createdAt: "2025-06-01T00:00:00" has no zone'],
    [{ lastPrimaryAt: 'x' }, 'lastPrimaryAt: "x" is no instant'],
    [{ lastPrimaryAt: null }, 'lastPrimaryAt: is null'],
    [{ enabledAt: 5 }, 'enabledAt: is 5'],
    [{ observedSince: '' }, 'observedSince: "" is no instant'],
    [{ owners: 'ana@acme.test' }, 'owners: is "ana@acme.test"; allowed is a list'],
    [
      { owners: ['ana@acme.test', 'bob@acme.test\nBcc: x@y.test'] },
      'owners[1]: "bob@acme.test\\nBcc: x@y.test" has a line break',
    ],
    [{ owners: ['ana@acme.test\u2028'] }, 'owners[0]: "ana@acme.test\\u2028" has a line break'],
    [{ owners: ['ana'] }, 'owners[0]: "ana" has no @'],
    [{ owners: ['@acme.test'] }, 'owners[0]: "@acme.test" is no address'],
    [{ owners: ['ana@'] }, 'owners[0]: "ana@" is no address'],
    [{ owners: ['a@b@c'] }, 'owners[0]: "a@b@c" is no address'],
    [{ owners: ['Ana <ana@acme.test>'] }, 'owners[0]: "Ana <ana@acme.test>" is no address'],
    [{ owners: ['a@x.test, b@x.test'] }, 'owners[0]: "a@x.test, b@x.test" is no address'],
    [{ owners: [''] }, 'owners[0]: "" has no @'],
    [{ owners: [7] }, 'owners[0]: is 7'],
    [{ dataPlane: '' }, 'dataPlane: is empty'],
    [{ dataPlane: 'a\nb' }, 'dataPlane: "a\\nb" has a control character'],
    [{ shards: { 0: 'FAILED' } }, 'shards: is an object; allowed is a list'],
    [
      { shards: [{ id: '0', status: 'primary' }] },
      'shards[0].status: is "primary"; allowed are "PRIMARY", "BACKFILL"',
    ],
    [{ shards: [{ id: '0' }] }, 'shards[0].status: is missing'],
    [{ shards: [{ id: 0, status: 'IDLE' }] }, 'shards[0].id: is 0'],
    [{ shards: [{ id: '0', status: 'IDLE', since: 1 }] }, 'shards[0].since: unknown key "since"'],
    [{ dekaf: true }, 'dekaf: is true for a capture; allowed for materializations only'],
    [{ dekaf: 0 }, 'dekaf: is 0'],
    [{ owner: [] }, 'owner: unknown key "owner"; did you mean "owners"?'],
    [{ id: '' }, 'id: "" is empty'],
    [{ id: 5 }, 'id: is 5; allowed is a task id as text'],
    [{ id: 'a\nb' }, 'id: "a\\nb" has a control character or a line break'],
    [{ id: 'a\u0085b' }, 'id: "a\\u0085b" has a control character'],
    [{ id: 'acmeCo/' }, 'id: "acmeCo/" has an empty part'],
    [{ id: 'acmeCo/b\u200b' }, 'has an invisible or bidirectional character'],
    [{ createdAt: '2026-01-01T00:00:00.001Z' }, 'createdAt: "2026-01-01T00:00:00.001Z" lies in the future'],
    [{ enabledAt: '2027-01-01T00:00:00Z' }, 'enabledAt: "2027-01-01T00:00:00Z" lies in the future'],
    [{ lastPrimaryAt: '2099-01-01T00:00:00Z' }, 'lastPrimaryAt: "2099-01-01T00:00:00Z" lies in the future'],
    [{ observedSince: '2026-01-01T02:00:00+01:00' }, 'lies in the future; allowed are instants up to'],
    [{ id: 'x'.repeat(513) }, 'is 513 bytes long; allowed are 512'],
    [{ id: 'acmeCo/a' }, 'id: "acmeCo/a" is the id of tasks[0] too; each id is allowed once'],
  ])('are refused with %j', (changes, reason) => {
    expect(problemOf(changes)).toMatch(/^tasks\[1\]\./);
    expect(problemOf(changes)).toContain(reason);
  });

  it.each(['id', 'kind', 'enabled', 'createdAt', 'owners', 'dataPlane', 'shards'])('need %s', (key) => {
    const { [key as 'id']: _, ...rest } = task;
    expect(problem({ ...least, tasks: [rest] })).toMatch(new RegExp(`^tasks\\[0\\]\\.${key}: is missing`));
  });

  it('may have no owner, no shard, an id of 512 bytes, and any kind', () => {
    const id = 'ä'.repeat(256);
    const kinds = ['capture', 'materialization', 'derivation', 'service', 'collection'];
    const tasks = kinds.map((kind) => ({ ...task, id: `t/${kind}`, kind, owners: [], shards: [] }));
    expect(
      read({ tasks: [...tasks, { ...task, id }] })
        .tasks.map((each) => each.id)
        .at(-1),
    ).toBe(id);
    expect(read({ tasks: [{ ...task, kind: 'materialization', dekaf: true }] }).tasks[0]?.dekaf).toBe(true);
  });
});

describe('the policies and people of a scenario', () => {
  it.each([
    [{ policy: { warnAfer: '1d' } }, 'policy.warnAfer: unknown key "warnAfer"; did you mean "warnAfter"?'],
    [{ policy: { scanEvery: '1h' } }, "policy.scanEvery: is no policy key here; it is the file's own key"],
    [{ policies: { 'a/': { scanEvery: '1h' } } }, 'policies["a/"].scanEvery: is no policy key here'],
    [
      { policy: { disableAfter: '23h' } },
      'policy.disableAfter: "23h" is too short; outside stages local and dev',
    ],
    [{ policy: { blastRadius: { perRun: -1 } } }, 'policy.blastRadius.perRun: is -1'],
    [{ policy: { reminders: ['1d', 'x'] } }, 'policy.reminders[1]: is "x"'],
    [{ policy: [] }, 'policy: is a list; a policy is an object of keys'],
    [
      { policy: { mode: 'notify', stage: 'disable' } },
      'policy.mode: is "notify", and stage is "disable"; the two are the same key',
    ],
    [
      { policies: { 'a/': { quietDays: { weekdays: ['Sat'] } } } },
      'policies["a/"].quietDays.zone: is missing',
    ],
    [{ policies: [] }, 'policies: is a list; allowed is an object'],
    [{ policies: { '': {} } }, 'policies[""]: the global policy stands under "policy"'],
    [{ policies: { 'a//': {} } }, 'policies["a//"]: "a//" has an empty part'],
    [{ policies: { 'a/': { rampPerDay: 5 } } }, 'policies["a/"].rampPerDay: can be set globally only'],
    [
      { subscriptions: [{ prefix: 'a', email: 'x@y.test' }] },
      'subscriptions[0].prefix: "a" does not end with a slash',
    ],
    [{ subscriptions: [{ prefix: 'a/', email: 'x' }] }, 'subscriptions[0].email: "x" has no @'],
    [{ subscriptions: [{ email: 'x@y.test' }] }, 'subscriptions[0].prefix: is missing'],
    [
      { subscriptions: [{ prefix: 'a/', email: 'x@y.test', alertTypes: ['task_idle'] }] },
      'subscriptions[0].alertTypes[0]: is "task_idle"; allowed are "task_abandoned", "task_auto_disabled", "task_overdue"',
    ],
    [{ admins: { a: [] } }, 'admins["a"]: "a" does not end with a slash'],
    [{ admins: { 'a/': 'x@y.test' } }, 'admins["a/"]: is "x@y.test"; allowed is a list'],
    [{ admins: { 'a/': ['x@y.test', 'z'] } }, 'admins["a/"][1]: "z" has no @'],
    [{ operators: ['x\r\n@y.test'] }, 'operators[0]: "x\\r\\n@y.test" has a line break'],
  ])('are refused with %j', (changes, reason) => {
    const found = problem({ ...least, ...changes });
    expect(found).toContain(reason);
    expect(found.indexOf(reason)).toBe(0);
  });

  it('may speak of scopes without a task, and of any mode', () => {
    const scenario = read({
      policy: { mode: 'disable', disableAfter: '1d' },
      policies: { 'x/y': { mode: 'disable' } },
    });
    expect(scenario.policies.has('x/y')).toBe(true);
  });

  it('subscribe to abandonment and disabling where no alert types are given', () => {
    expect(
      read({ subscriptions: [{ prefix: 'a/', email: 'x@y.test' }] }).subscriptions[0]?.alertTypes,
    ).toEqual(['task_abandoned', 'task_auto_disabled']);
  });
});
