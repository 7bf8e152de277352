import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../../simulation/scenario/scenario.ts';

type Json = Record<string, unknown>;
type Step = string | number;

const task = {
  id: 'acmeCo/a',
  kind: 'materialization',
  enabled: true,
  createdAt: '2025-06-01T00:00:00Z',
  owners: ['ana@acme.test'],
  dataPlane: 'eu-1',
  shards: [{ id: '0', status: 'FAILED' }],
  lastPrimaryAt: '2025-12-30T00:00:00Z',
  observedSince: '2025-06-01T00:00:00Z',
  enabledAt: '2025-06-01T00:00:00Z',
  dekaf: false,
};
const created = { ...task, id: 'acmeCo/new' };
const about = { at: '2026-01-05T00:00:00Z', task: 'acmeCo/a' };
const { at } = about;

/** One event of each kind, by its place. */
const EVENTS = {
  shards: { ...about, type: 'shards', shards: [{ id: '0', status: 'PRIMARY' }] },
  restarted: { ...about, type: 'restarted', times: 2 },
  created: { at, type: 'created', task: created },
  published: { ...about, type: 'published', by: 'user', enabled: true },
  deadline: { ...about, type: 'deadline', deadline: '2026-01-06T00:00:00Z' },
  owners: { ...about, type: 'owners', owners: ['bob@acme.test'] },
  plane: { at, type: 'data-plane', dataPlane: 'eu-1', state: 'down' },
  action: { ...about, type: 'action', by: 'ana@acme.test', action: 'snooze', for: '2d' },
  mail: { at, type: 'mail-event', recipient: 'ana@acme.test', event: 'bounce', bounceType: 'transient' },
  policy: { at, type: 'policy', scope: 'acmeCo/', set: { mode: 'notify' } },
  pause: { at, type: 'operator', action: 'pause', of: 'notify' },
  approve: { at, type: 'operator', action: 'approve' },
  revive: { at, type: 'operator', action: 'revive', of: 'ana@acme.test' },
  dismiss: { at, type: 'operator', action: 'dismiss', of: 'eu-1' },
  undo: { at, type: 'operator', action: 'undo', of: 'acmeCo/a' },
  reject: { at, type: 'fault', target: 'ses', mode: 'reject', times: 1, recipient: 'ana@acme.test' },
  down: { ...about, type: 'fault', target: 'control-plane', mode: 'down', for: '2h' },
  deaf: { at, type: 'fault', target: 'feedback', mode: 'down', for: '2h' },
  deleted: { ...about, type: 'deleted' },
};
type Kind = keyof typeof EVENTS;
const KINDS = Object.keys(EVENTS) as Kind[];

/** A scenario with every key. */
const FULL: Json = {
  version: 1,
  start: '2026-01-01T00:00:00Z',
  until: '2026-02-15T00:00:00Z',
  scanEvery: '1h',
  seed: 7,
  policy: { mode: 'disable' },
  policies: { 'acmeCo/': { warnAfter: '30d' } },
  subscriptions: [{ prefix: 'acmeCo/', email: 'team@acme.test', alertTypes: ['task_abandoned'] }],
  admins: { 'acmeCo/': ['boss@acme.test'] },
  operators: ['ops@platform.test'],
  recipients: {
    'ana@acme.test': {
      zone: 'Europe/Berlin',
      language: 'de',
      quietHours: { from: '22:00', to: '06:00' },
    },
  },
  tasks: [task],
  events: Object.values(EVENTS),
};

const on = (kind: Kind, ...steps: Step[]): Step[] => ['events', KINDS.indexOf(kind), ...steps];

/** The path as problems name it. */
function named(steps: readonly Step[]): string {
  return steps
    .map((step, place) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[A-Za-z_]\w*$/.test(step)) return `["${step}"]`;
      return place === 0 ? step : `.${step}`;
    })
    .join('');
}

/** The full scenario with something else in one place; `undefined` takes the key away. */
function changed(steps: readonly Step[], value: unknown): Json {
  const copy = JSON.parse(JSON.stringify(FULL)) as Json;
  let place = copy as Record<Step, unknown>;
  for (const step of steps.slice(0, -1)) place = place[step] as Record<Step, unknown>;
  const last = steps.at(-1) as Step;
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}

function problem(json: Json): string {
  const read = parseScenario(json);
  return read.ok ? 'none' : read.problem;
}

const RECIPIENT = ['recipients', 'ana@acme.test'];
const INSTANT = /instants are RFC 3339 with a zone/;
const LIST = /allowed is a list/;
const OBJECT = /allowed is an object/;
const ADDRESS = /allowed is (an address as text|one bare address)/;
const NAME = /allowed is a name as text/;
const TASK_ID = /allowed is a task id as text/;
const FLAG = /allowed are true and false/;
const WHOLE = /allowed are whole numbers/;
const STATUS = /allowed are "PRIMARY", "BACKFILL", "STANDBY", "PENDING", "FAILED", "IDLE"/;

/** Each place of a scenario, values that it does not take, and what the refusal says is allowed. */
const WRONG: [path: Step[], values: unknown[], allowed: RegExp][] = [
  [['version'], [2, '1', null], /allowed is 1/],
  [['start'], [1, null, '2026-01-01', '2026-01-01T00:00:00', '2026-02-30T00:00:00Z'], INSTANT],
  [['until'], [1, '2026-02-15T24:00:00Z'], INSTANT],
  [['scanEvery'], [3600, 'hourly', '1s', null], /./],
  [['seed'], ['1', 1.5, null], WHOLE],
  [['policy'], [[], 'disable', null], /./],
  [['policy', 'mode'], ['on', 1], /"detect", "notify", "disable"/],
  [['policies'], [[], null], OBJECT],
  [['subscriptions'], [{}, null], LIST],
  [['subscriptions', 0], ['team@acme.test', null], OBJECT],
  [['subscriptions', 0, 'prefix'], [1, null, 'acmeCo'], /a prefix/],
  [['subscriptions', 0, 'email'], [1, null, 'team', 'Team <team@acme.test>'], ADDRESS],
  [['subscriptions', 0, 'alertTypes'], ['task_abandoned', null], LIST],
  [['subscriptions', 0, 'alertTypes', 0], ['task_idle', 1, null], /"task_abandoned", "task_auto_disabled"/],
  [['admins'], [[], null], OBJECT],
  [['admins', 'acmeCo/'], ['boss@acme.test', null], LIST],
  [['admins', 'acmeCo/', 0], [1, 'boss', 'a@b.test, c@d.test'], ADDRESS],
  [['operators'], ['ops@platform.test', {}], LIST],
  [['operators', 0], [1, 'ops'], ADDRESS],
  [['recipients'], [[], [{ email: 'ana@acme.test' }], null], OBJECT],
  [RECIPIENT, [[], 'de', null], OBJECT],
  [[...RECIPIENT, 'zone'], ['Berlin', 1, null, '+01:00'], /IANA time zones/],
  [[...RECIPIENT, 'language'], ['fr', 'DE', null], /allowed are "en", "de"/],
  [[...RECIPIENT, 'quietHours'], ['22:00', null], OBJECT],
  [[...RECIPIENT, 'quietHours', 'from'], ['22', 22, '24:00', null], /a time of day/],
  [[...RECIPIENT, 'quietHours', 'to'], ['6:00', null, '22:00'], /times? of day/],
  [['tasks'], [{}, null], LIST],
  [['tasks', 0], ['acmeCo/a', null], OBJECT],
  [['tasks', 0, 'id'], [1, null], TASK_ID],
  [['tasks', 0, 'id'], ['', 'a//b', '/a', 'a/', 'a\n'], /task id|empty part/],
  [['tasks', 0, 'kind'], ['Job', 'lambda', null], /allowed are "capture", "materialization"/],
  [['tasks', 0, 'enabled'], ['yes', 1, null], FLAG],
  [['tasks', 0, 'createdAt'], [0, null, '2026-01-01'], INSTANT],
  [['tasks', 0, 'owners'], ['ana@acme.test', null], LIST],
  [['tasks', 0, 'owners', 0], ['ana', 1, null], ADDRESS],
  [['tasks', 0, 'dataPlane'], [1, '', null], NAME],
  [['tasks', 0, 'shards'], [{}, null], LIST],
  [['tasks', 0, 'shards', 0], ['FAILED', null], OBJECT],
  [['tasks', 0, 'shards', 0, 'id'], [0, '', null], NAME],
  [['tasks', 0, 'shards', 0, 'status'], ['failed', 'DONE', null], STATUS],
  [['tasks', 0, 'lastPrimaryAt'], [0, null], INSTANT],
  [['tasks', 0, 'observedSince'], [0, null], INSTANT],
  [['tasks', 0, 'enabledAt'], [0, null], INSTANT],
  [['tasks', 0, 'dekaf'], ['no', null], FLAG],
  [['tasks', 0, 'deadline'], [0, null, 'soon'], INSTANT],
  [['tasks', 0, 'startedAt'], [0, null], INSTANT],
  [['tasks', 0, 'startedAt'], ['2025-12-01T00:00:00Z'], /allowed for jobs only/],
  [on('deadline', 'deadline'), [0, 'soon'], INSTANT],
  [['events'], [{}, null], LIST],
  [on('shards'), ['shards', null], OBJECT],
  [on('shards', 'at'), [0, null, 'soon'], INSTANT],
  [on('shards', 'at'), ['2025-12-31T23:59:59Z', '2026-02-15T00:00:01Z'], /allowed are instants from start/],
  [on('shards', 'type'), ['finished', 'Shards', null], /allowed are "shards", "restarted"/],
  [on('shards', 'task'), [1, null], TASK_ID],
  [on('shards', 'task'), ['acmeCo/unknown'], /allowed are the tasks that exist at that instant/],
  [on('shards', 'shards'), [null, 'PRIMARY'], LIST],
  [on('shards', 'shards', 0, 'status'), ['UP'], STATUS],
  [on('restarted', 'times'), [0, -1, 1.5, '2', null], /whole numbers from 1/],
  [on('created', 'task'), ['acmeCo/new', null], OBJECT],
  [on('created', 'task', 'id'), ['acmeCo/a'], /allowed is a new id/],
  [on('created', 'task', 'owners', 0), ['ana'], ADDRESS],
  [on('published', 'by'), ['ana@acme.test', null], /allowed are "user", "system"/],
  [on('published', 'enabled'), ['true', null], FLAG],
  [on('owners', 'owners'), ['ana@acme.test', null], LIST],
  [on('owners', 'owners', 0), ['ana'], ADDRESS],
  [on('plane', 'dataPlane'), [1, '', null], NAME],
  [on('plane', 'state'), ['UP', 'gone', null], /allowed are "down", "up", "silent"/],
  [on('action', 'by'), ['ana', 1, null], ADDRESS],
  [on('action', 'action'), ['undo', null], /allowed are "keep", "snooze", "disable", "unsubscribe"/],
  [on('action', 'for'), ['soon', 3, null, '0s'], /./],
  [on('action', 'for'), ['91d'], /allowed are 90d or less/],
  [on('action', 'task'), ['acmeCo/unknown'], /allowed are the tasks that exist/],
  [on('mail', 'recipient'), ['ana', null], ADDRESS],
  [on('mail', 'event'), ['open', null], /allowed are "bounce", "complaint", "delivery"/],
  [on('mail', 'bounceType'), ['soft', null], /allowed are "permanent", "transient"/],
  [on('policy', 'scope'), [1, null], /allowed are "" \(global\), a prefix or a task id/],
  [on('policy', 'set'), [[], null], /./],
  [on('policy', 'set', 'mode'), ['on'], /"detect", "notify", "disable"/],
  [
    on('pause', 'action'),
    ['stop', null],
    /allowed are "pause", "resume", "approve", "dismiss", "undo", "revive"/,
  ],
  [on('pause', 'of'), ['all', null], /allowed are "evaluate", "notify", "disable"/],
  [on('revive', 'of'), ['ana', 1, null], ADDRESS],
  [on('dismiss', 'of'), ['', 1, null], NAME],
  [on('undo', 'of'), [1, null], TASK_ID],
  [on('undo', 'of'), ['2026-01-04T23:30:00Z', '2026-01-05T00:00:00Z'], /the scans before the event/],
  [
    on('down', 'target'),
    ['mail', null],
    /allowed are "ses", "feedback", "control-plane", "table", "queue", "scanner", "notifier", "disabler"/,
  ],
  [
    on('down', 'mode'),
    ['slow', null],
    /allowed are "throttle", "reject", "timeout-after-accept", "crash", "down", "duplicate"/,
  ],
  [on('deaf', 'mode'), ['throttle', 'crash', 'duplicate'], /allowed with "feedback" is "down"/],
  [on('down', 'for'), [0, 'long', null], /./],
  [on('down', 'task'), ['acmeCo/unknown'], /allowed are the tasks of the file/],
  [on('reject', 'times'), [0, 1.5, null], /whole numbers from 1/],
  [on('reject', 'recipient'), ['ana', null], ADDRESS],
];

describe('each key of a scenario', () => {
  it('is read where all are given', () => {
    expect(problem(FULL)).toBe('none');
  });

  it.each(
    WRONG.flatMap(([path, values, allowed]) =>
      values.map((value) => [named(path), value, path, allowed] as const),
    ),
  )('%s is refused as %j, with its path and what is allowed', (name, value, path, allowed) => {
    const message = problem(changed(path, value));
    expect(message.startsWith(`${name}: `), message).toBe(true);
    expect(message.slice(name.length)).toMatch(allowed);
    expect(message).not.toContain('\n');
  });
});

const REQUIRED: Step[][] = [
  ...['version', 'start', 'until', 'scanEvery', 'tasks'].map((key) => [key]),
  ...['prefix', 'email'].map((key) => ['subscriptions', 0, key]),
  ...['from', 'to'].map((key) => [...RECIPIENT, 'quietHours', key]),
  ...['id', 'kind', 'enabled', 'createdAt', 'owners', 'dataPlane', 'shards'].map((key) => ['tasks', 0, key]),
  ...['id', 'status'].map((key) => ['tasks', 0, 'shards', 0, key]),
  ...KINDS.flatMap((kind) => [on(kind, 'at'), on(kind, 'type')]),
  ...['task', 'shards'].map((key) => on('shards', key)),
  ...['id', 'kind', 'owners', 'dataPlane', 'shards'].map((key) => on('created', 'task', key)),
  ...['task', 'by'].map((key) => on('published', key)),
  ...['task', 'owners'].map((key) => on('owners', key)),
  ...['dataPlane', 'state'].map((key) => on('plane', key)),
  ...['task', 'by', 'action', 'for'].map((key) => on('action', key)),
  ...['recipient', 'event'].map((key) => on('mail', key)),
  ...['scope', 'set'].map((key) => on('policy', key)),
  ...(['pause', 'revive', 'dismiss', 'undo'] as const).map((kind) => on(kind, 'of')),
  ...['target', 'mode', 'recipient'].map((key) => on('reject', key)),
];

describe('a required key', () => {
  it.each(REQUIRED.map((path) => [named(path), path] as const))('%s is missed by its path', (name, path) => {
    expect(problem(changed(path, undefined))).toMatch(`${name}: is missing`);
  });

  it.each(['times', 'for'] as const)('of a fault: one of "for" and "times" (%s)', (key) => {
    const kind = key === 'times' ? 'reject' : 'down';
    const name = named(on(kind));
    expect(problem(changed(on(kind, key), undefined))).toBe(
      `${name}: has neither "for" nor "times"; a fault has exactly one of them`,
    );
    expect(problem(changed(on(kind, key === 'times' ? 'for' : 'times'), key === 'times' ? '1h' : 1))).toBe(
      `${name}: has both "for" and "times"; a fault has exactly one of them`,
    );
  });
});

const OPTIONAL: Step[][] = [
  ...['seed', 'policy', 'policies', 'subscriptions', 'admins', 'operators', 'recipients', 'events'],
]
  .map((key): Step[] => [key])
  .concat([
    ['subscriptions', 0, 'alertTypes'],
    ...['zone', 'language', 'quietHours'].map((key) => [...RECIPIENT, key]),
    ...['lastPrimaryAt', 'observedSince', 'enabledAt', 'dekaf'].map((key) => ['tasks', 0, key]),
    ...['enabled', 'createdAt', 'lastPrimaryAt', 'dekaf'].map((key) => on('created', 'task', key)),
    on('restarted', 'times'),
    on('published', 'enabled'),
    on('mail', 'bounceType'),
    on('down', 'task'),
  ]);

describe('an optional key', () => {
  it.each(OPTIONAL.map((path) => [named(path), path] as const))('%s may be left out', (_name, path) => {
    expect(problem(changed(path, undefined))).toBe('none');
  });
});

/** Objects whose keys are ours, and keys of other places, of later versions and of nowhere. */
const STRANGE: [path: Step[], key: string][] = [
  [['taskz'], ''],
  [['subscriptions', 0], 'topic'],
  [RECIPIENT, 'reminders'],
  [[...RECIPIENT, 'quietHours'], 'zone'],
  [['policy'], 'scanEvery'],
  [['tasks', 0], 'endedAt'],
  [['tasks', 0], 'version'],
  [['tasks', 0, 'shards', 0], 'at'],
  [on('created', 'task'), 'endedAt'],
  ...KINDS.map((kind): [Step[], string] => [on(kind), 'note']),
];

describe('a key that is not ours', () => {
  it.each(STRANGE.map(([path, key]) => [named(key === '' ? path : [...path, key]), path, key] as const))(
    '%s is refused by its path',
    (name, path, key) => {
      const message = problem(changed(key === '' ? path : [...path, key], 1));
      expect(message.startsWith(`${name}: `), message).toBe(true);
      expect(message).toMatch(/allowed|no policy key here/);
    },
  );

  it.each([
    [on('published', 'for'), '1d'],
    [on('action', 'recipient'), 'ana@acme.test'],
    [on('deaf', 'task'), 'acmeCo/a'],
    [on('down', 'recipient'), 'ana@acme.test'],
    [on('approve', 'of'), 'acmeCo/a'],
  ])('nor is one that has its meaning elsewhere: %j', (path, value) => {
    expect(problem(changed(path, value)).startsWith(`${named(path)}: `)).toBe(true);
  });

  it('nor "for" of what lasts no time', () => {
    for (const action of ['disable', 'unsubscribe'])
      expect(problem(changed(on('action', 'action'), action))).toBe(
        `${named(on('action', 'for'))}: has no meaning for "${action}"; allowed with "keep" and "snooze"`,
      );
  });
});

describe('addresses', () => {
  it('are read in one form in every part of the file', () => {
    const written = 'JO@Müller.test';
    const json = JSON.parse(
      JSON.stringify(FULL).replaceAll(/"[a-z]+@(acme|platform)\.test"/g, JSON.stringify(written)),
    );
    const read = parseScenario(json);
    if (!read.ok) throw new Error(read.problem);
    expect(read.scenario.recipients[0]?.email).toBe('jo@xn--mller-kva.test');
    const text = JSON.stringify({ ...read.scenario, admins: [...read.scenario.admins] });
    expect(text).not.toMatch(/[Mm]üller|JO@/);
    expect(text.match(/jo@xn--mller-kva\.test/g)).toHaveLength(11);
  });

  it('of recipients stand there once, in whatever spelling', () => {
    const recipients = { 'jo@müller.test': {}, 'JO@xn--mller-kva.test': {} };
    expect(problem({ ...FULL, recipients })).toBe(
      'recipients["JO@xn--mller-kva.test"]: is the address of recipients["jo@müller.test"] too; each address is allowed once',
    );
  });
});
