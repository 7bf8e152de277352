import { beforeAll, describe, expect, test } from 'vitest';
import type { EffectLine } from '../../simulation/engine/effects.ts';
import { at, failing } from '../simulation/story.ts';
import { attack } from './attack.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Mailed {
  at: number;
  notices: string[];
}

function mailsTo(address: string, lines: readonly EffectLine[]): Mailed[] {
  return lines.flatMap((line) =>
    line.type === 'mail' && line.to === address
      ? [{ at: Date.parse(line.at), notices: line.items.map(({ notice, task }) => `${notice} ${task}`) }]
      : [],
  );
}

/** The most mails within any 24 h. */
function mostInADay(mails: readonly Mailed[]): number {
  return Math.max(
    0,
    ...mails.map(({ at: to }) => mails.filter(({ at }) => at > to - DAY && at <= to).length),
  );
}

const act = (days: number, hours: number, task: string, action: string, more = {}) => ({
  at: at(days, hours),
  type: 'action',
  task,
  by: 'mal@evil.test',
  action,
  ...more,
});

/**
 * Attack: a tenant names somebody as an owner of their tasks, lets these fail, and keeps and lets go one of them each
 * hour while they turn off the others one by one. Wanted: a mailbox full of mails in the platform's name (before: 72 in
 * 24 h), and warnings of others that drown in it or do not come.
 */
function flood() {
  const { lastPrimaryAt: _, ...rest } = failing('acmeCo/a');
  const runs = { ...rest, shards: [{ id: '0', status: 'PRIMARY' }] };
  const names = Array.from({ length: 40 }, (_, index) => `evil/t${String(index).padStart(2, '0')}`);
  const owners = ['mal@evil.test', 'ana@acme.test'];
  const kept = Array.from({ length: 40 }, (_, hour) =>
    act(15, hour + 0.1, 'evil/t00', 'keep', { for: '30m' }),
  );
  const off = names.slice(1).map((name, index) => act(15, index + 0.3, name, 'disable'));
  return attack({
    until: at(30),
    policy: { mode: 'disable', digestEvery: '15m', reminders: ['1d'] },
    tasks: [...names.map((id) => failing(id, { owners })), runs],
    events: [
      { at: at(2), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'FAILED' }] },
      ...kept,
      ...off,
    ],
  });
}

describe('a flood of mails', () => {
  let flooded: Awaited<ReturnType<typeof flood>>;
  beforeAll(async () => {
    flooded = await flood();
  });

  test('brings nobody more than 24 in any 24 h, and breaks no promise', () => {
    const { lines, broken } = flooded;
    expect(broken).toEqual([]);
    const mails = mailsTo('ana@acme.test', lines);
    expect(mostInADay(mails)).toBe(24);
  });

  test('loses nothing: whatever was turned off is told in the end', () => {
    const { lines } = flooded;
    const mailed = mailsTo('ana@acme.test', lines).flatMap(({ notices }) => notices);
    const off = lines.flatMap((line) => (line.type === 'task-disabled' ? [`disabled ${line.task}`] : []));
    expect(off.filter((notice) => !mailed.includes(notice))).toEqual([]);
  });

  test('another’s warning waits for hours, and its date moves with it', () => {
    const { lines } = flooded;
    const warned = lines.flatMap((line) =>
      line.type === 'mail'
        ? line.items
            .filter(({ task, notice }) => task === 'acmeCo/a' && notice === 'warning')
            .map(({ disableAt }) => ({ at: Date.parse(line.at), disableAt: Date.parse(disableAt ?? '') }))
        : [],
    );
    expect(warned).toHaveLength(1);
    const [warning] = warned;
    const waited = (warning?.at ?? 0) - Date.parse(at(16));
    expect(waited / HOUR).toBeLessThanOrEqual(24);
    expect((warning?.disableAt ?? 0) - (warning?.at ?? 0)).toBeGreaterThanOrEqual(7 * DAY);
    const off = lines.flatMap((line) =>
      line.type === 'task-disabled' && line.task === 'acmeCo/a' ? [Date.parse(line.at)] : [],
    );
    expect(off[0]).toBeGreaterThanOrEqual(warning?.disableAt ?? Number.NaN);
  });
});

/**
 * Attack: a tenant keeps one task after the other, each for a moment. Wanted: a withdrawal each time (before: with each
 * scan, 4 an hour).
 */
test('withdrawals go once an hour, with all that came to be meanwhile', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `evil/t${String(index).padStart(2, '0')}`);
  const { lines, broken } = await attack({
    scanEvery: '15m',
    until: at(16),
    tasks: names.map((id) => failing(id, { owners: ['mal@evil.test', 'ana@acme.test'] })),
    events: names.map((id, index) => act(15, index / 4 + 0.1, id, 'keep', { for: '20d' })),
  });
  expect(broken).toEqual([]);
  const withdrawals = mailsTo('ana@acme.test', lines).filter(({ notices }) =>
    notices.some((notice) => notice.startsWith('withdrawn')),
  );
  // At T+15d15m the first; then all of an hour.
  expect(withdrawals.map((mail) => [(mail.at - Date.parse(at(15))) / HOUR, mail.notices.length])).toEqual([
    [0.25, 1],
    [1.25, 4],
    [2.25, 4],
    [3.25, 3],
  ]);
});
