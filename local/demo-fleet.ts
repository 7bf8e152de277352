import { DAY, type Duration, formatInstant, HOUR, type Instant } from '../functions/abandonment/time.ts';

/** The demo's first instant, and its last five weeks later. */
const DEMO_START: Instant = Date.parse('2026-01-05T08:00:00Z');
const DEMO_UNTIL: Instant = DEMO_START + 35 * DAY;

/** As a scenario file gives them (docs/scenario.md). */
interface TaskEntry {
  id: string;
  kind: string;
  enabled: boolean;
  createdAt: string;
  owners: string[];
  dataPlane: string;
  shards: { id: string; status: string }[];
  lastPrimaryAt?: string;
  observedSince: string;
  dekaf?: boolean;
}

interface Event {
  at: string;
  type: string;
  [field: string]: unknown;
}

const EU = 'aws-eu-west-1';
const US = 'aws-us-east-1';
/** The plane that is down for a week. */
const GCP = 'gcp-us-central1';

/** Who owns what where nobody else is named. */
const OWNER: Record<string, string> = {
  acmeCo: 'ana@acme.test',
  borealis: 'bo@borealis.test',
  cobaltLabs: 'chris@cobalt.test',
  deltaFoods: 'dora@delta.test',
  everest: 'eve@everest.test',
  fjord: 'finn@fjord.test',
};
const TENANTS = Object.keys(OWNER);

/** The instant so many days (and hours) after the start; before it where negative. */
function day(days: number, hours = 0): string {
  return formatInstant(DEMO_START + days * DAY + hours * HOUR);
}

function task(id: string, kind: string, status: string | null, more: Partial<TaskEntry> = {}): TaskEntry {
  return {
    id,
    kind,
    enabled: true,
    createdAt: day(-200),
    owners: [OWNER[id.slice(0, id.indexOf('/'))] ?? 'nobody@platform.test'],
    dataPlane: EU,
    shards: status === null ? [] : [{ id: '0', status }],
    observedSince: day(-190),
    ...more,
  };
}

/** Not `PRIMARY` since so many days before the start: it fires `14 - days` days after it. */
function failing(id: string, kind: string, daysBefore: number, more: Partial<TaskEntry> = {}): TaskEntry {
  return task(id, kind, 'FAILED', { lastPrimaryAt: day(-daysBefore), ...more });
}

function shards(at: string, id: string, status: string): Event {
  return { at, type: 'shards', task: id, shards: [{ id: '0', status }] };
}

/** Most of a fleet simply works. */
function healthy(): TaskEntry[] {
  const kinds = ['capture', 'materialization', 'derivation', 'service'];
  const names = ['orders', 'invoices', 'clicks', 'stock', 'users'];
  return TENANTS.flatMap((tenant, at) =>
    names.flatMap((name, index) =>
      kinds.map((kind) =>
        task(`${tenant}/prod/${name}-${kind}`, kind, 'PRIMARY', {
          dataPlane: [EU, US, GCP][(at + index) % 3] ?? EU,
        }),
      ),
    ),
  );
}

/** What has no shards of its own, or is off already: none of Taskwarden's business. */
function outOfQuestion(): TaskEntry[] {
  return TENANTS.flatMap((tenant) => [
    ...['orders', 'invoices', 'clicks', 'stock', 'users', 'prices'].map((name) =>
      task(`${tenant}/data/${name}`, 'collection', null),
    ),
    ...['orders', 'clicks'].map((name) =>
      task(`${tenant}/dekaf/${name}`, 'materialization', null, { dekaf: true, dataPlane: US }),
    ),
    task(`${tenant}/old/import`, 'capture', 'FAILED', { enabled: false, lastPrimaryAt: day(-90) }),
  ]);
}

/** Nobody cares for these: they are warned about, reminded of, and disabled. */
function abandoned(): TaskEntry[] {
  const legacy = ['crm', 'erp', 'mailing', 'shop'].map((name) =>
    failing(`acmeCo/legacy/${name}-capture`, 'capture', 12, { owners: ['old-team@acme.test'] }),
  );
  return [
    ...legacy,
    failing('acmeCo/prod/returns-capture', 'capture', 13),
    failing('borealis/trial/weather-capture', 'capture', 11, { dataPlane: US }),
    failing('deltaFoods/pilot/recipes-service', 'service', 9),
    failing('deltaFoods/pilot/menus-materialization', 'materialization', 8, { dataPlane: US }),
    // Created and never once PRIMARY.
    task('fjord/tests/first-try', 'capture', 'PENDING', { createdAt: day(-9), observedSince: day(-9) }),
    task('fjord/tests/second-try', 'capture', 'FAILED', { createdAt: day(-8), observedSince: day(-8) }),
  ];
}

/** These are warned about, and then something happens. */
function saved(): TaskEntry[] {
  return [
    failing('borealis/prod/billing-capture', 'capture', 10),
    failing('cobaltLabs/prod/metrics-derivation', 'derivation', 11),
    failing('deltaFoods/prod/prices-capture', 'capture', 12, { dataPlane: US }),
    failing('cobaltLabs/research/genome-capture', 'capture', 7, { owners: ['left@cobalt.test'] }),
    failing('everest/prod/logs-capture', 'capture', 10),
    failing('everest/prod/audit-materialization', 'materialization', 9),
    failing('fjord/lab/sensor-capture', 'capture', 6),
    // Their plane goes down for a week while their clocks run.
    failing('borealis/prod/ads-capture', 'capture', 6, { dataPlane: GCP }),
    failing('acmeCo/prod/search-service', 'service', 5, { dataPlane: GCP }),
    failing('everest/prod/maps-service', 'service', 3, { dataPlane: GCP }),
  ];
}

/** Now they run, now they do not: never for long enough. */
const FLAPPING = TENANTS.map((tenant) => `${tenant}/edge/flapping-capture`);

function flapping(): Event[] {
  return FLAPPING.flatMap((id, at) =>
    [2, 6, 11, 16, 23, 28].map((days, index) =>
      shards(day(days + (at % 3)), id, index % 2 === 0 ? 'FAILED' : 'PRIMARY'),
    ),
  );
}

function story(): Event[] {
  const bounce = {
    type: 'mail-event',
    recipient: 'left@cobalt.test',
    event: 'bounce',
    bounceType: 'permanent',
  };
  return [
    { at: day(1), type: 'restarted', task: 'acmeCo/legacy/crm-capture', times: 41 },
    { at: day(4), type: 'restarted', task: 'acmeCo/legacy/crm-capture', times: 17 },
    { at: day(4), type: 'restarted', task: 'borealis/trial/weather-capture', times: 6 },
    // Two that still work today break a little later, one of them for good.
    shards(day(3), 'borealis/prod/clicks-capture', 'FAILED'),
    shards(day(4), 'cobaltLabs/prod/stock-service', 'FAILED'),
    // Somebody repairs, somebody publishes, somebody deletes.
    shards(day(9), 'borealis/prod/billing-capture', 'PRIMARY'),
    { at: day(6), type: 'published', task: 'cobaltLabs/prod/metrics-derivation', by: 'user' },
    { at: day(7), type: 'deleted', task: 'deltaFoods/prod/prices-capture' },
    shards(day(22), 'cobaltLabs/prod/stock-service', 'PRIMARY'),
    // The owner's mailbox is gone: the tenant's admins take their place, with a new date.
    { at: day(9), ...bounce },
    { at: day(9), type: 'data-plane', dataPlane: GCP, state: 'down' },
    { at: day(16), type: 'data-plane', dataPlane: GCP, state: 'up' },
    { at: day(12), type: 'created', task: created() },
    // From here on everest's tasks may be disabled as well.
    { at: day(20), type: 'policy', scope: 'everest/', set: { mode: 'disable' } },
  ];
}

function created(): Partial<TaskEntry> {
  const {
    enabled: _,
    createdAt: __,
    observedSince: ___,
    ...entry
  } = task('fjord/new/intake', 'capture', 'PRIMARY');
  return entry;
}

function demoTasks(): TaskEntry[] {
  return [
    ...healthy(),
    ...outOfQuestion(),
    ...abandoned(),
    ...saved(),
    ...FLAPPING.map((id) => task(id, 'capture', 'PRIMARY')),
  ];
}

/** The demo's fleet of some 200 tasks and its five weeks, as one scenario (the format of `taskwarden simulate`). */
export function demoScenario(): Record<string, unknown> {
  return {
    version: 1,
    start: formatInstant(DEMO_START),
    until: formatInstant(DEMO_UNTIL),
    scanEvery: '12h',
    policy: { mode: 'disable' },
    policies: {
      'everest/': { mode: 'notify' },
      'fjord/lab/': { mode: 'detect' },
      'cobaltLabs/prod/': { warnAfter: '10d' },
    },
    subscriptions: [{ prefix: 'acmeCo/', email: 'platform@acme.test' }],
    admins: { 'cobaltLabs/': ['admin@cobalt.test'] },
    operators: ['ops@platform.test'],
    tasks: demoTasks(),
    events: [...flapping(), ...story()],
  };
}

/** The fleet's tasks as they would stand now, had its five weeks begun so long before. */
export function fleetAt(now: Instant, begunBefore: Duration): TaskEntry[] {
  const later = now - begunBefore - DEMO_START;
  const moved = (instant: string) => formatInstant(Date.parse(instant) + later);
  return demoTasks().map(({ lastPrimaryAt, ...entry }) => ({
    ...entry,
    createdAt: moved(entry.createdAt),
    observedSince: moved(entry.observedSince),
    ...(lastPrimaryAt === undefined ? {} : { lastPrimaryAt: moved(lastPrimaryAt) }),
  }));
}
