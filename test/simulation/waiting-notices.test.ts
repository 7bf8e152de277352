import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';

test('a thousand warnings that must wait keep no other of the same recipient back', async () => {
  // All fire while the window of Ana's first mail is open; before it ends a plane with a thousand of them goes down.
  const waiting = Array.from({ length: 1_000 }, (_, place) =>
    failing(`acmeCo/${String(place).padStart(4, '0')}`, { lastPrimaryAt: at(0, 1) }),
  );
  const { story } = await play({
    until: at(14, 7),
    policy: { mode: 'notify', digestEvery: '6h' },
    tasks: [
      failing('acmeCo/first', { dataPlane: 'us-1' }),
      failing('beta/other', { dataPlane: 'us-1', lastPrimaryAt: at(0, 1) }),
      ...waiting,
    ],
    events: [{ at: at(14, 2), type: 'data-plane', dataPlane: 'eu-1', state: 'down' }],
  });
  expect(story.filter((line) => line.includes(` mail ${ANA}`))).toEqual([
    `T+14d mail ${ANA}: warning acmeCo/first #1`,
    `T+14d6h mail ${ANA}: warning beta/other #1`,
  ]);
});

test('a warning that must wait keeps no word back of what was disabled', async () => {
  // The second fires while the window of Ana's last reminder is open; before it ends its plane goes down for days.
  const { story } = await play({
    until: at(25),
    policy: { mode: 'disable', digestEvery: '12h' },
    tasks: [
      failing('acmeCo/first', { dataPlane: 'us-1' }),
      failing('acmeCo/second', { lastPrimaryAt: at(6, 2) }),
    ],
    events: [
      { at: at(20, 3), type: 'data-plane', dataPlane: 'eu-1', state: 'down' },
      { at: at(24), type: 'data-plane', dataPlane: 'eu-1', state: 'up' },
    ],
  });
  expect(story.filter((line) => line.includes(` mail ${ANA}`)).slice(-2)).toEqual([
    `T+21d+ mail ${ANA}: disabled acmeCo/first #1`,
    `T+24d mail ${ANA}: warning acmeCo/second #1 until T+31d`,
  ]);
});
