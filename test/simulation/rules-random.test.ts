import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import { at, failing, T, type Told, tell } from './story.ts';

/** Histories of a few tasks whose outcome is compared with a model that knows nothing but the file and the output. */

const START = Date.parse(T);
const WARN_AFTER = 3 * DAY;
const GRACE = 4 * DAY;
const VETO = 2 * DAY;
const TASKS = ['aCo/x', 'aCo/y', 'bCo/z'];
const PEOPLE = ['ana@x.test', 'bob@x.test', 'cia@x.test'];
const PLANES: Record<string, string> = { 'aCo/x': 'p1', 'aCo/y': 'p2', 'bCo/z': 'p1' };
const UNTIL = 24 * DAY;

type Event = Record<string, unknown> & { at: string; type: string };

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
        { stage: 'notify' },
        { stage: 'disable' },
        { stage: 'disable' },
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
  return events.filter((one) => {
    if (one.type === 'created') return gone.delete((one.task as { id: string }).id);
    if (typeof one.task !== 'string') return true;
    if (gone.has(one.task)) return false;
    if (one.type === 'deleted') gone.add(one.task);
    return true;
  });
}

interface History {
  scanEvery: number;
  events: Event[];
}

const history: fc.Arbitrary<History> = fc.record({
  scanEvery: fc.constantFrom(1, 1, 3, 6),
  events: fc.array(fc.tuple(moment, event), { minLength: 3, maxLength: 18 }).map((list) => {
    const sorted = [...list].sort(([a], [b]) => a - b);
    return withoutGhosts(sorted.map(([when, what]) => ({ at: instant(when), ...what }) as unknown as Event));
  }),
});

const scenarioOf = ({ scanEvery, events }: History) => ({
  scanEvery: `${scanEvery}h`,
  until: instant(UNTIL),
  policy: {
    stage: 'disable',
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

/** What the file says of one task at an instant, events at that instant included. */
class Model {
  readonly #history: History;
  readonly #told: Told;

  constructor(history: History, told: Told) {
    this.#history = history;
    this.#told = told;
  }

  #events(until: Instant): Event[] {
    return this.#history.events.filter((one) => Date.parse(one.at) <= until);
  }

  /** Where it is eligible and without PRIMARY: since when; else null. */
  since(id: string, now: Instant): Instant | null {
    let since: Instant = START;
    let deleted = false;
    let enabled = true;
    let alive = false;
    let enabledAt = 0;
    const changes = this.#events(now)
      .filter((one) => one.task === id || (one.type === 'created' && (one.task as { id: string }).id === id))
      .filter((one) => ['shards', 'published', 'deleted', 'created'].includes(one.type))
      .map((one) => ({ when: Date.parse(one.at), one }));
    const off = this.#told.lines
      .filter((line) => line.type === 'task-disabled' && line.task === id && Date.parse(line.at) <= now)
      .map((line) => ({ when: Date.parse(line.at), one: { type: 'off' } as unknown as Event }));
    for (const { when, one } of [...changes, ...off].sort((a, b) => a.when - b.when)) {
      if (one.type === 'off') enabled = false;
      if (one.type === 'deleted') deleted = true;
      if (one.type === 'created') {
        [deleted, enabled, alive, enabledAt, since] = [false, true, false, 0, when];
      }
      if (one.type === 'published' && one.enabled !== undefined) {
        if (one.enabled === true && !enabled) enabledAt = when;
        enabled = one.enabled as boolean;
      }
      if (one.type === 'shards') {
        const primary = JSON.stringify(one.shards).includes('PRIMARY');
        if (alive && !primary) since = when;
        alive = primary;
      }
    }
    if (deleted || !enabled || alive) return null;
    return Math.max(since, enabledAt);
  }

  /** Spans in which nothing counts for the task; an open one reaches to `now`. */
  frozen(id: string, now: Instant): [Instant, Instant][] {
    const spans: [Instant, Instant][] = [];
    let down: Instant | null = null;
    let paused: Instant | null = null;
    for (const one of this.#events(now)) {
      const when = Date.parse(one.at);
      if (one.type === 'data-plane' && one.dataPlane === PLANES[id]) {
        if (one.state !== 'up') down ??= when;
        else if (down !== null) {
          spans.push([down, when]);
          down = null;
        }
      }
      if (one.type === 'operator' && one.of === 'evaluate') {
        if (one.action === 'pause') paused ??= when;
        else if (paused !== null) {
          spans.push([paused, when]);
          paused = null;
        }
      }
    }
    if (down !== null) spans.push([down, now + 1]);
    if (paused !== null) spans.push([paused, now + 1]);
    return spans;
  }

  isFrozen(id: string, now: Instant): boolean {
    return this.frozen(id, now).some(([, to]) => to > now);
  }

  counted(id: string, from: Instant, now: Instant): number {
    let total = 0;
    const step = 10 * MINUTE;
    const spans = this.frozen(id, now);
    for (let cursor = from; cursor < now; cursor += step) {
      if (!spans.some(([start, end]) => start <= cursor && cursor < end)) total += step;
    }
    return total;
  }

  vetoed(id: string, now: Instant): boolean {
    const own = this.#events(now).filter((one) => one.task === id);
    const life = own.slice(own.findLastIndex((one) => one.type === 'deleted') + 1);
    return life.some(
      (one) => one.type === 'published' && one.by === 'user' && now < Date.parse(one.at) + VETO,
    );
  }

  mayFire(id: string, now: Instant): boolean {
    const since = this.since(id, now);
    if (since === null || this.isFrozen(id, now) || this.vetoed(id, now)) return false;
    return this.counted(id, since, now) >= WARN_AFTER;
  }

  /** The episode that is open after all that happened up to an instant. */
  open(id: string, now: Instant): number | null {
    let open: number | null = null;
    for (const line of this.#told.lines) {
      if (Date.parse(line.at) > now || !('task' in line) || line.task !== id) continue;
      if (line.type === 'alert-fired') open = line.episode;
      if (line.type === 'alert-resolved') open = null;
    }
    return open;
  }
}

function checkScans(given: History, told: Told): void {
  const model = new Model(given, told);
  for (let now = START; now <= START + UNTIL; now += given.scanEvery * HOUR) {
    for (const id of TASKS) {
      const open = model.open(id, now);
      const place = `${id} at ${at((now - START) / DAY)}`;
      if (model.mayFire(id, now)) expect(open, `${place} is to be open`).not.toBeNull();
      const running = model.since(id, now) === null;
      const paused = model.frozen(id, now).some(([, to]) => to > now);
      if (open !== null && !paused) {
        expect(running, `${place} is open though it runs or is off`).toBe(false);
        expect(model.vetoed(id, now), `${place} is open though a user published`).toBe(false);
      }
    }
  }
  for (const line of told.lines) {
    if (line.type !== 'alert-fired') continue;
    expect(model.mayFire(line.task, Date.parse(line.at)), `${line.task} fired at ${line.at}`).toBe(true);
  }
}

function checkEpisodes({ lines }: Told): void {
  for (const id of TASKS) {
    const own = lines.filter(
      (line) => (line.type === 'alert-fired' || line.type === 'alert-resolved') && line.task === id,
    );
    own.forEach((line, place) => {
      expect(line).toMatchObject({
        type: place % 2 === 0 ? 'alert-fired' : 'alert-resolved',
        episode: Math.floor(place / 2) + 1,
      });
    });
  }
}

function checkDisabled(given: History, told: Told): void {
  const model = new Model(given, told);
  for (const line of told.lines) {
    if (line.type !== 'task-disabled') continue;
    const now = Date.parse(line.at);
    const mails = told.lines.flatMap((one) =>
      one.type === 'mail' && Date.parse(one.at) <= now
        ? one.items
            .filter((item) => item.task === line.task && item.episode === line.episode && item.disableAt)
            .map((item) => ({ when: Date.parse(one.at), date: Date.parse(item.disableAt as string) }))
        : [],
    );
    const latest = Math.max(...mails.map(({ date }) => date));
    expect(latest, `${line.task} was turned off before a printed date`).toBeLessThanOrEqual(now);
    expect(Date.parse(line.disableAt as string)).toBeGreaterThanOrEqual(latest);
    const first = Math.min(...mails.map(({ when }) => when));
    expect(model.counted(line.task, first, now), `${line.task} had its grace`).toBeGreaterThanOrEqual(GRACE);
  }
}

function checkWindows({ lines }: Told): void {
  for (const person of [...PEOPLE, 'admin@x.test']) {
    const instants = lines.flatMap((line) =>
      line.type === 'mail' &&
      line.to === person &&
      line.items.some(({ notice }) => notice === 'warning' || notice === 'reminder')
        ? [Date.parse(line.at)]
        : [],
    );
    instants.forEach((when, place) => {
      if (place > 0) expect(when - (instants[place - 1] as number)).toBeGreaterThanOrEqual(HOUR);
    });
  }
}

test('random histories fire, resolve and turn off when the rules say so, and keep the promises', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (given) => {
      const told = await tell(scenarioOf(given)).catch((error: Error) => {
        // A mail event needs a mail before it.
        fc.pre(!/^events\[\d+\]\.recipient/.test(error.message));
        throw error;
      });
      checkEpisodes(told);
      checkScans(given, told);
      checkDisabled(given, told);
      checkWindows(told);
      expect(told.summary).toMatchObject({ deadLettered: 0, oops: 0 });
    }),
    { numRuns: Number(process.env.RULES_RUNS ?? 40), seed: Number(process.env.RULES_SEED ?? 1) },
  );
}, 3_600_000);
