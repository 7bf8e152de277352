import { describe, expect, it } from 'vitest';
import type { EffectLine } from '../../simulation/engine/effects.ts';
import { at, failing, play } from './story.ts';

/** So many tasks fail at once; `MANY_AT_ONCE=300` is what the promise is made for. A multiple of 30. */
const COUNT = Number(process.env.MANY_AT_ONCE ?? 30);

const isOfPlane = (line: object) => 'task' in line && /^(aCo|bCo)\//.test(String(line.task));
const mails = (lines: readonly EffectLine[]) => lines.filter((line) => line.type === 'mail');
const warned = (lines: readonly EffectLine[]) =>
  mails(lines).flatMap(({ at: when, items }) =>
    items.filter(({ notice }) => notice === 'warning').map(({ task }) => ({ task, when })),
  );

/** Tasks of two tenants on one data plane, all of which lose `PRIMARY` on day 1; one of another plane fails since `T`. */
const ids = Array.from({ length: COUNT }, (_, n) => `${n % 2 === 0 ? 'aCo' : 'bCo'}/t${n}`);
const outage = {
  tasks: [
    ...ids.map((id, n) =>
      failing(id, {
        owners: [`owner-${n % 10}@x.test`],
        // Within one hour.
        lastPrimaryAt: at(1, n / COUNT),
      }),
    ),
    failing('cCo/other', { owners: ['cleo@x.test'], dataPlane: 'us-1' }),
  ],
};

describe('tasks of one data plane that lose PRIMARY in the same hour', () => {
  it('are one outage while it lasts: no warning, one operator alert each week, others as ever; dismissed, their clocks run', async () => {
    const dismiss = { at: at(41, 0.5), type: 'operator', action: 'dismiss', of: 'eu-1' };
    const { lines, story } = await play({ until: at(56), ...outage, events: [dismiss] });
    const upTo = (day: number) => lines.filter((line) => line.at < at(day));
    expect(upTo(41).filter(isOfPlane)).toEqual([]);
    expect(warned(upTo(41)).map(({ task }) => task)).toEqual(['cCo/other']);
    expect(story).toContain('T+14d fired cCo/other #1 since T+0d (disable)');
    expect(story).toContain('T+21d disabled cCo/other #1 due T+21d');
    // The first scan after the tenth loss, and each week after it.
    const alerts = lines.filter(
      (line) => line.type === 'operator-alert' && line.code === 'correlated-failure',
    );
    expect(alerts.map(({ at: when }) => when)).toEqual([1, 8, 15, 22, 29, 36].map((day) => at(day, 1)));
    // Nothing of the outage counts: 14 days from the dismissal.
    const fired = lines.filter((line) => line.type === 'alert-fired' && isOfPlane(line));
    expect(fired).toHaveLength(COUNT);
    expect(new Set(fired.map(({ at: when }) => when))).toEqual(new Set([at(55, 1)]));
  });

  it('of which two thirds recover after a day: the outage is over, and the others are warned 14 counted days later', async () => {
    const recover = ids
      .filter((_, n) => n % 3 !== 0)
      .map((task) => ({ at: at(2), type: 'shards', task, shards: [{ id: '0', status: 'PRIMARY' }] }));
    const { lines } = await play({ until: at(18), ...outage, events: recover });
    const first = lines.filter((line) => line.type === 'alert-fired' && isOfPlane(line));
    expect(first).toHaveLength(COUNT / 3);
    // It ends with the scan of day 2.
    expect(new Set(first.map(({ at: when }) => when))).toEqual(new Set([at(16)]));
    const ofPlane = warned(lines).filter(isOfPlane);
    expect(ofPlane).toHaveLength(COUNT / 3);
    for (const { when } of ofPlane) expect([at(16), at(16, 1)]).toContain(when);
  });
});

it('tasks of one tenant over many data planes are warned in one mail for each owner', async () => {
  // Fifty at most of each owner: one mail has room for them.
  const owners = Math.max(3, Math.ceil(COUNT / 50));
  const tasks = Array.from({ length: COUNT }, (_, n) =>
    failing(`acmeCo/t${n}`, { owners: [`owner-${n % owners}@x.test`], dataPlane: `plane-${n % 30}` }),
  );
  const { lines } = await play({ until: at(15), tasks });
  expect(
    mails(lines)
      .map(({ to }) => to)
      .sort(),
  ).toEqual(Array.from({ length: owners }, (_, n) => `owner-${n}@x.test`).sort());
  expect(warned(lines)).toHaveLength(COUNT);
});
