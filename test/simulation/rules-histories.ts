import fc from 'fast-check';
import { DAY, MINUTE } from '../../functions/abandonment/time.ts';
import { failing, T } from './story.ts';

export const START = Date.parse(T);
export const WARN_AFTER = 3 * DAY;
export const GRACE = 4 * DAY;
export const VETO = 2 * DAY;
export const TASKS = ['aCo/x', 'aCo/y', 'bCo/z'];
export const PEOPLE = ['ana@x.test', 'bob@x.test', 'cia@x.test'];
export const PLANES: Record<string, string> = { 'aCo/x': 'p1', 'aCo/y': 'p2', 'bCo/z': 'p1' };
export const UNTIL = 24 * DAY;

export type Event = Record<string, unknown> & { at: string; type: string };

const instant = (ms: number) => new Date(START + ms).toISOString().replace('.000Z', 'Z');
const moment = fc.integer({ min: 1, max: UNTIL / (10 * MINUTE) - 1 }).map((tens) => tens * 10 * MINUTE);
const task = fc.constantFrom(...TASKS);
const event: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('shards'),
      task,
      shards: fc.constantFrom([{ id: '0', status: 'PRIMARY' }], [{ id: '0', status: 'FAILED' }]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('published'), task, by: fc.constant('user') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('published'),
      task,
      by: fc.constant('system'),
      enabled: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('owners'), task, owners: fc.subarray(PEOPLE) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('data-plane'),
      dataPlane: fc.constantFrom('p1', 'p2'),
      state: fc.constantFrom('up', 'up', 'down', 'silent'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('mail-event'),
      recipient: fc.constantFrom(...PEOPLE, 'admin@x.test'),
      event: fc.constantFrom('bounce', 'complaint', 'delivery'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('action'),
      task,
      by: fc.constantFrom(...PEOPLE),
      action: fc.constantFrom('keep', 'snooze'),
      for: fc.integer({ min: 1, max: 80 }).map((hours) => `${hours}h`),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('action'),
      task,
      by: fc.constantFrom(...PEOPLE),
      action: fc.constantFrom('disable', 'unsubscribe'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('operator'), action: fc.constant('undo'), of: task }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('deleted'), task }) },
  {
    weight: 1,
    arbitrary: task.map((id) => ({
      type: 'created',
      task: {
        id,
        kind: 'service',
        owners: [PEOPLE[1]],
        dataPlane: PLANES[id],
        shards: [{ id: '0', status: 'FAILED' }],
      },
    })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('policy'),
      scope: fc.constantFrom('', 'aCo/', 'aCo/x'),
      set: fc.constantFrom(
        { mode: 'notify' },
        { mode: 'disable' },
        { mode: 'disable' },
        { disableAfter: '6d' },
        { disableAfter: '4d' },
        { reminders: ['2d', '12h'] },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('operator'),
      action: fc.constantFrom('pause', 'resume', 'resume'),
      of: fc.constantFrom('evaluate', 'notify', 'disable'),
    }),
  },
);

/** Leaves out what a file may not say: events of a deleted task, and the making of one that is there. */
function withoutGhosts(events: Event[]): Event[] {
  const gone = new Set<string>();
  return events.filter((event) => {
    if (event.type === 'created') return gone.delete((event.task as { id: string }).id);
    const about = event.type === 'operator' ? event.of : event.task;
    if (gone.has(about as string)) return false;
    if (event.type === 'deleted') gone.add(event.task as string);
    return true;
  });
}

/** A scenario of three tasks, but for what is the same in all. */
export interface History {
  scanEvery: number;
  events: Event[];
}

export const history: fc.Arbitrary<History> = fc.record({
  scanEvery: fc.constantFrom(1, 1, 3, 6),
  events: fc.array(fc.tuple(moment, event), { minLength: 3, maxLength: 18 }).map((list) => {
    const sorted = [...list].sort(([a], [b]) => a - b);
    return withoutGhosts(sorted.map(([when, what]) => ({ at: instant(when), ...what }) as unknown as Event));
  }),
});

export const scenarioOf = ({ scanEvery, events }: History) => ({
  scanEvery: `${scanEvery}h`,
  until: instant(UNTIL),
  policy: {
    mode: 'disable',
    warnAfter: '3d',
    disableAfter: '4d',
    publicationVeto: '2d',
    reminders: ['2d', '1d'],
  },
  admins: { 'aCo/': ['admin@x.test'] },
  operators: ['ops@x.test'],
  tasks: TASKS.map((id) => failing(id, { owners: [PEOPLE[0]], dataPlane: PLANES[id] })),
  events,
});
