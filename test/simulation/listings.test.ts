import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../functions/abandonment/time.ts';
import type { ListedPart } from '../../simulation/engine/listed-fleet.ts';
import { at, failing, play, T } from './story.ts';

const START = Date.parse(T);
const LISTED: ListedPart = { prefix: 'acmeCo/' };
const PRIMARY = [{ id: '0', status: 'PRIMARY' }];

/** Warned on day 14, due on day 21. */
const day = (days: number, hours = 0) => START + days * DAY + hours * HOUR;

describe('a task that is listed', () => {
  const scenario = {
    tasks: [failing('acmeCo/a'), failing('acmeCo/b', { owners: ['ben@acme.test'] })],
    events: [
      { at: at(22), type: 'operator', action: 'undo', of: 'acmeCo/a' },
      { at: at(23), type: 'shards', task: 'acmeCo/a', shards: PRIMARY },
    ],
  };

  it('is warned about, reminded of, disabled and enabled again as one that is told by events', async () => {
    const { story, summary } = await play(scenario, { listed: LISTED });
    expect(summary).toMatchObject({ disabled: 2, alertsFired: 2 });
    // Of one instant, confirmations come in another order.
    expect(story.sort()).toEqual((await play(scenario)).story.sort());
  });

  it.each([
    ['edited', { type: 'published', task: 'acmeCo/a', by: 'user' }],
    ['paused by a person', { type: 'published', task: 'acmeCo/a', by: 'user', enabled: false }],
    ['deleted', { type: 'deleted', task: 'acmeCo/a' }],
    ['recovered', { type: 'shards', task: 'acmeCo/a', shards: PRIMARY }],
  ])('and %s between its warning and its date is let be', async (_, event) => {
    const { summary, story } = await play({ events: [{ at: at(20, 23.5), ...event }] }, { listed: LISTED });
    expect(summary.disabled).toBe(0);
    expect(story.some((line) => line.includes('resolved'))).toBe(true);
  });

  it.each(['before', 'after'])(
    'and enabled for an operator by a worker that dies %s each of its calls is never taken for a system’s doing',
    async (when) => {
      const undo = { at: at(22, 0.5), type: 'operator', action: 'undo', of: 'acmeCo/a' };
      for (let call = 1; call <= 12; call += 1) {
        const chaos = [{ at: at(22), type: 'crash', process: 'disable', call, when }];
        const story = { until: at(23), scanEvery: '6h', events: [undo], chaos };
        const { lines } = await play(story, { listed: LISTED });
        const ends = lines.filter(({ type }) => type === 'task-enabled' || type === 'operator-alert');
        expect(ends, `call ${call}`).toMatchObject([{ type: 'task-enabled', by: 'operator' }]);
      }
    },
  );

  it('and enabled again by a system is held: operators are told, and nobody is mailed each round', async () => {
    const on = (days: number) => ({
      at: at(days),
      type: 'published',
      task: 'acmeCo/a',
      by: 'system',
      enabled: true,
    });
    const { summary, lines } = await play({ until: at(60), events: [on(22), on(24)] }, { listed: LISTED });
    expect(summary.disabled).toBe(1);
    const codes = lines.flatMap((line) => (line.type === 'operator-alert' ? [line.code] : []));
    expect(codes).toContain('disable-reverted');
  });
});

describe('a lister that dies', () => {
  it('at each of its calls once changes nothing of the story', async () => {
    const tasks = ['a', 'b', 'c', 'd', 'e'].map((name) => failing(`acmeCo/${name}`));
    const { lines } = await play({ tasks }, { listed: LISTED });
    const disabled = lines.filter(({ type }) => type === 'task-disabled');
    expect(disabled).toHaveLength(5);
    for (const when of ['before', 'after']) {
      const chaos = Array.from({ length: 14 }, (_, place) => ({
        at: at(1 + place),
        type: 'crash',
        process: 'listing',
        call: 1 + place,
        when,
      }));
      const crashed = await play({ tasks, chaos }, { listed: LISTED });
      expect(crashed.lines.filter(({ type }) => type === 'task-disabled')).toEqual(disabled);
      expect(crashed.summary.oops).toBeGreaterThan(10);
    }
  });
});

describe('a control plane that is away for three days', () => {
  const listed: ListedPart = {
    prefix: 'acmeCo/',
    faultAt: (now) => (now >= day(19) && now < day(22) ? { away: true } : undefined),
  };

  it('moves the date by as long, and disables nothing meanwhile; operators are told once', async () => {
    const { lines } = await play({}, { listed });
    const disabled = lines.filter(({ type }) => type === 'task-disabled');
    // Due on day 21; silent from the newest whole listing, at the scan before day 19, to the next one.
    expect(disabled.map((line) => Date.parse(line.at) >= day(24) && Date.parse(line.at) < day(25))).toEqual([
      true,
    ]);
    const alerts = lines.flatMap((line) => (line.type === 'operator-alert' ? [line.code] : []));
    expect(alerts).toEqual(['data-plane-silent']);
  });
});

describe('a control plane that is away from the first day on', () => {
  it('is told of once, and no more once it is listed', async () => {
    const listed: ListedPart = {
      prefix: 'acmeCo/',
      faultAt: (now) => (now < day(2) ? { away: true } : undefined),
    };
    const events = [{ at: at(3), type: 'created', task: failing('acmeCo/a') }];
    const { lines } = await play({ tasks: [], events }, { listed });
    const alerts = lines.flatMap((line) => (line.type === 'operator-alert' ? [line] : []));
    // It is the plane of the configuration: that of a task is known with its first listing only.
    expect(alerts).toMatchObject([
      { code: 'data-plane-silent', detail: expect.stringContaining('of listed since') },
    ]);
    expect(lines.filter(({ type }) => type === 'alert-fired')).toHaveLength(1);
  });
});

describe('a listing that shrank', () => {
  const tasks = Array.from({ length: 20 }, (_, place) =>
    failing(`acmeCo/t${String(place).padStart(2, '0')}`),
  );
  const listed: ListedPart = {
    prefix: 'acmeCo/',
    pageSize: 7,
    faultAt: (now) =>
      now >= day(20) && now < day(23) ? { hides: (task) => task >= 'acmeCo/t05' } : undefined,
  };

  it('deletes and disables nothing, also of what it still has, until it is whole again', async () => {
    const { lines } = await play(
      { tasks, policy: { mode: 'disable', blastRadius: { share: 1 } } },
      { listed },
    );
    const alerts = lines.flatMap((line) => (line.type === 'operator-alert' ? [line.code] : []));
    expect(alerts.filter((code) => code === 'listing-shrank')).toHaveLength(1);
    expect(lines.some((line) => line.type === 'alert-resolved' && line.reason === 'deleted')).toBe(false);
    const offs = lines.filter(({ type }) => type === 'task-disabled').map((line) => Date.parse(line.at));
    expect(offs).toHaveLength(20);
    expect(offs.every((off) => off >= day(23))).toBe(true);
  });
});
