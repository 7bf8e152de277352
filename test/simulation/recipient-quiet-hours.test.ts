import { describe, expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';
const BOB = 'bob@acme.test';

const asleep = (from: string, to: string, zone = 'UTC', email = ANA) => ({
  [email]: { zone, quietHours: { from, to } },
});

/** A task that fails since so many hours after `T`: it fires 14 days later, and its grace is 7 days. */
const failingSince = (hours: number, more: Record<string, unknown> = {}) =>
  failing('acmeCo/a', { lastPrimaryAt: at(0, hours), ...more });

describe('in the quiet hours of a recipient', () => {
  test('a warning waits for their end, and its date is a full grace from then', async () => {
    const { story } = await play({
      until: at(23),
      tasks: [failingSince(23)],
      recipients: asleep('22:00', '06:00'),
    });
    expect(story).toEqual([
      'T+14d23h fired acmeCo/a #1 since T+0d23h (disable)',
      `T+15d6h mail ${ANA}: warning acmeCo/a #1 until T+22d6h`,
      `T+19d6h mail ${ANA}: reminder acmeCo/a #1 until T+22d6h`,
      `T+21d6h mail ${ANA}: reminder acmeCo/a #1 until T+22d6h`,
      'T+22d6h disabled acmeCo/a #1 due T+22d6h',
      'T+22d6h resolved acmeCo/a #1 disabled',
      `T+22d6h+ mail ${ANA}: disabled acmeCo/a #1`,
    ]);
  });

  test.each([
    // 22:00-06:00 in Berlin is 21:00-05:00 UTC in January.
    ['Europe/Berlin', 'T+14d20h', 20],
    ['Europe/Berlin', 'T+15d5h', 21],
    ['Europe/Berlin', 'T+15d5h', 28],
    ['Europe/Berlin', 'T+15d5h', 29],
    // It is 03:00-11:00 UTC in New York.
    ['America/New_York', 'T+15d2h', 26],
    ['America/New_York', 'T+15d11h', 27],
  ])(
    'as the clocks of %s show them: a mail goes at %s that was due %i h after T+14d',
    async (zone, goes, due) => {
      const { story } = await play({
        until: at(16),
        tasks: [failingSince(due)],
        recipients: asleep('22:00', '06:00', zone),
      });
      expect(story[1]?.split(' ')[0]).toBe(goes);
    },
  );

  test('of a night in which the clocks go forward, a mail goes at six by the new time', async () => {
    // Berlin, 29 March 2026: 06:00 is 04:00 UTC.
    const { lines } = await play({
      start: '2026-03-28T00:00:00Z',
      until: '2026-03-30T00:00:00Z',
      tasks: [failing('acmeCo/a', { lastPrimaryAt: '2026-03-14T23:00:00Z' })],
      recipients: asleep('22:00', '06:00', 'Europe/Berlin'),
    });
    expect(lines.find(({ type }) => type === 'mail')).toMatchObject({ at: '2026-03-29T04:00:00Z' });
  });

  test('a mail goes at their very end, also between two scans', async () => {
    const { story } = await play({
      until: at(16),
      tasks: [failingSince(20)],
      recipients: asleep('19:00', '05:30'),
    });
    expect(story[1]).toBe(`T+15d5h30m mail ${ANA}: warning acmeCo/a #1 until T+22d5h30m`);
  });

  test('a warning waits for most of a day where they last so long', async () => {
    const { story } = await play({
      until: at(16),
      tasks: [failingSince(6)],
      recipients: asleep('06:00', '05:00'),
    });
    expect(story[1]).toBe(`T+15d5h mail ${ANA}: warning acmeCo/a #1 until T+22d5h`);
  });

  test('a reminder waits, and while there is time left its date stands', async () => {
    const { story } = await play({
      until: at(21, 12),
      policy: { mode: 'disable', reminders: ['6h'] },
      tasks: [failingSince(12)],
      recipients: asleep('05:00', '09:00'),
    });
    expect(story.slice(1)).toEqual([
      `T+14d12h mail ${ANA}: warning acmeCo/a #1 until T+21d12h`,
      `T+21d9h mail ${ANA}: reminder acmeCo/a #1 until T+21d12h`,
      'T+21d12h disabled acmeCo/a #1 due T+21d12h',
      'T+21d12h resolved acmeCo/a #1 disabled',
    ]);
  });

  // Warned at 12:00 until 18:00 of T+21d, to be reminded at 16:00.
  const covered = { mode: 'disable', disableAfter: '174h', reminders: ['2h'] };

  test('a reminder whose window they outlast moves the date: nothing is disabled before it', async () => {
    const { story } = await play({
      until: at(22, 1),
      policy: covered,
      tasks: [failingSince(12)],
      recipients: asleep('15:00', '22:00'),
    });
    expect(story.slice(1)).toEqual([
      `T+14d12h mail ${ANA}: warning acmeCo/a #1 until T+21d18h`,
      `T+21d22h mail ${ANA}: reminder acmeCo/a #1 until T+22d`,
      'T+22d disabled acmeCo/a #1 due T+22d',
      'T+22d resolved acmeCo/a #1 disabled',
      `T+22d+ mail ${ANA}: disabled acmeCo/a #1`,
    ]);
  });

  test('a reminder of one recipient moves the date for all, also for those who had theirs', async () => {
    const { story } = await play({
      until: at(22),
      policy: covered,
      tasks: [failingSince(12, { owners: [ANA, BOB] })],
      recipients: asleep('15:00', '22:00'),
    });
    expect(story.slice(3)).toEqual([
      `T+21d16h mail ${BOB}: reminder acmeCo/a #1 until T+21d18h`,
      `T+21d22h mail ${ANA}: reminder acmeCo/a #1 until T+22d`,
      'T+22d disabled acmeCo/a #1 due T+22d',
      'T+22d resolved acmeCo/a #1 disabled',
    ]);
  });

  test('one who is awake is warned at once, and the sleeper in the morning of the same date', async () => {
    const { story } = await play({
      until: at(16),
      tasks: [failingSince(23, { owners: [ANA, BOB] })],
      recipients: asleep('22:00', '06:00'),
    });
    expect(story.slice(1)).toEqual([
      `T+14d23h mail ${BOB}: warning acmeCo/a #1 until T+21d23h`,
      `T+15d6h mail ${ANA}: warning acmeCo/a #1 until T+21d23h`,
    ]);
  });

  test('where that date is nearer than the shortest lead in the morning, it moves for both', async () => {
    const { story } = await play({
      until: at(16, 3),
      policy: { mode: 'disable', disableAfter: '1d', reminders: ['20h'] },
      tasks: [failingSince(23, { owners: [ANA, BOB] })],
      recipients: asleep('22:00', '06:00'),
    });
    expect(story.slice(1, 4)).toEqual([
      `T+14d23h mail ${BOB}: warning acmeCo/a #1 until T+15d23h`,
      `T+15d3h mail ${BOB}: reminder acmeCo/a #1 until T+15d23h`,
      `T+15d6h mail ${ANA}: warning acmeCo/a #1 until T+16d2h`,
    ]);
    expect(story).toContain('T+16d2h disabled acmeCo/a #1 due T+16d2h');
  });

  test('a reminder step that would wait for them does not wait for the last window before', async () => {
    // b is warned at 21:00; a's reminder is due at 21:30 of a date at 23:30, and the next mail could go at 22:00.
    const { story } = await play({
      until: at(21, 23),
      scanEvery: '30m',
      policy: { mode: 'disable', disableAfter: `${177 * 60 + 30}m`, reminders: ['2h'] },
      tasks: [failingSince(14), failing('acmeCo/b', { lastPrimaryAt: at(7, 21) })],
      recipients: asleep('22:00', '06:00'),
    });
    expect(story.filter((line) => line.includes('mail')).slice(1)).toEqual([
      `T+21d21h mail ${ANA}: warning acmeCo/b #1 until T+29d6h30m`,
      `T+21d21h30m mail ${ANA}: reminder acmeCo/a #1 until T+21d23h30m`,
    ]);
  });

  test('what is due is disabled, and mailed in one mail in the morning', async () => {
    const { story } = await play({
      until: at(23),
      policy: { mode: 'disable', disableAfter: '180h', reminders: [] },
      tasks: [failingSince(12), failing('acmeCo/b', { lastPrimaryAt: at(0, 14) })],
      recipients: asleep('22:00', '06:00'),
    });
    expect(story.slice(4)).toEqual([
      'T+22d disabled acmeCo/a #1 due T+22d',
      'T+22d resolved acmeCo/a #1 disabled',
      'T+22d2h disabled acmeCo/b #1 due T+22d2h',
      'T+22d2h resolved acmeCo/b #1 disabled',
      `T+22d6h mail ${ANA}: disabled acmeCo/a #1, disabled acmeCo/b #1`,
    ]);
  });

  test('a withdrawal and a recovery wait, and are mailed', async () => {
    const { story } = await play({
      until: at(17),
      policy: { mode: 'disable', recoveryMail: true },
      tasks: [failingSince(12), failing('acmeCo/b', { lastPrimaryAt: at(0, 12) })],
      recipients: asleep('22:00', '06:00'),
      events: [
        { at: at(15, 22), type: 'published', task: 'acmeCo/a', by: 'user' },
        {
          at: at(15, 23),
          type: 'shards',
          task: 'acmeCo/b',
          shards: [{ id: '0', status: 'PRIMARY' }],
        },
      ],
    });
    expect(story.at(-1)).toBe(`T+16d6h mail ${ANA}: recovered acmeCo/b #1, withdrawn acmeCo/a #1`);
    expect(story.filter((line) => line.includes('mail'))).toHaveLength(2);
  });

  test('an owner disables at once, and gets word of it in the morning', async () => {
    const { story } = await play({
      until: at(16),
      tasks: [failingSince(12)],
      recipients: asleep('22:00', '06:00'),
      events: [{ at: at(14, 23), type: 'action', task: 'acmeCo/a', by: ANA, action: 'disable' }],
    });
    expect(story.slice(2)).toEqual([
      'T+14d23h disabled acmeCo/a #1 due null',
      'T+14d23h resolved acmeCo/a #1 disabled-by-owner',
      `T+15d6h mail ${ANA}: disabled acmeCo/a #1`,
    ]);
  });
});

test('a scenario names times of day as a policy does, or is refused', async () => {
  const recipients = { [ANA]: { quietHours: { from: '22:00', to: '22:00' } } };
  await expect(play({ recipients })).rejects.toThrow(
    'recipients["ana@acme.test"].quietHours.to: is "22:00" as is from; the two times of day must differ',
  );
});

test.each([
  [{ language: 'de' }],
  [{ zone: 'Europe/Berlin', language: 'de' }],
  [{ zone: 'Asia/Kathmandu', language: 'de' }],
  [{ zone: 'America/St_Johns' }],
])(
  'a mail says its dates in the language and the zone of who reads it, and breaks no promise: %j',
  async (chosen) => {
    // What a mail does not say would be thrown.
    const { story } = await play({
      until: at(22),
      policy: { mode: 'disable', stopNotice: '2d' },
      tasks: [failing('acmeCo/a'), failing('acmeCo/b', { shards: [{ id: '0', status: 'PRIMARY' }] })],
      recipients: { 'ana@acme.test': chosen },
      events: [{ at: at(18), type: 'deadline', task: 'acmeCo/b', deadline: at(21, 12) }],
    });
    expect(story.filter((line) => line.includes(' mail '))).toEqual([
      'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d',
      'T+18d mail ana@acme.test: reminder acmeCo/a #1 until T+21d',
      'T+19d12h mail ana@acme.test: stopping acmeCo/b until T+21d12h',
      'T+20d mail ana@acme.test: reminder acmeCo/a #1 until T+21d',
      'T+21d+ mail ana@acme.test: disabled acmeCo/a #1',
    ]);
  },
);
