import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

/** The message waits on the queue from the deadline on, for 20 minutes. */
const WAITS = { at: at(21), type: 'fault', target: 'disabler', mode: 'throttle', for: '20m' };
const MEANWHILE = '2026-01-22T00:10:00Z';

const disabled = (story: string[]) => story.filter((line) => / disabled .* due /.test(line));

test('a task that recovers while its disable message waits is not disabled', async () => {
  const { story } = await play({
    events: [
      WAITS,
      { at: MEANWHILE, type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'PRIMARY' }] },
    ],
  });
  expect(disabled(story)).toEqual([]);
  expect(story.at(-1)).toMatch(/resolved acmeCo\/a #1 recovered/);
});

test('a pause that comes while the disable message waits holds it until it is over', async () => {
  const { story } = await play({
    events: [
      WAITS,
      { at: MEANWHILE, type: 'operator', action: 'pause', of: 'disable' },
      { at: at(23, 0.5), type: 'operator', action: 'resume', of: 'disable' },
    ],
  });
  expect(disabled(story)).toEqual(['T+23d1h disabled acmeCo/a #1 due T+21d']);
});

test('a keep that comes while the disable message waits cancels it', async () => {
  const { story } = await play({
    events: [
      WAITS,
      { at: MEANWHILE, type: 'action', task: 'acmeCo/a', by: 'ana@acme.test', action: 'keep', for: '30d' },
    ],
  });
  expect(disabled(story)).toEqual([]);
});

test('a publication by a user while the disable message waits cancels it', async () => {
  const { story } = await play({
    events: [WAITS, { at: MEANWHILE, type: 'published', task: 'acmeCo/a', by: 'user' }],
  });
  expect(disabled(story)).toEqual([]);
});

test('what operators approved is disabled by the worker', async () => {
  const { story } = await play({
    policy: { mode: 'disable', blastRadius: { share: 0.1, shareFloor: 1 } },
    tasks: [failing('acmeCo/a'), failing('acmeCo/b')],
    events: [{ at: at(22, 0.5), type: 'operator', action: 'approve' }],
  });
  expect(disabled(story)).toEqual([
    'T+22d1h disabled acmeCo/a #1 due T+21d',
    'T+22d1h disabled acmeCo/b #1 due T+21d',
  ]);
});

test('nobody is notified of a disabling that the owning system never did', async () => {
  const { story } = await play({
    until: at(25),
    events: [
      {
        at: at(20),
        type: 'fault',
        target: 'control-plane',
        mode: 'reject',
        recipient: 'ana@acme.test',
        for: '3d',
      },
    ],
  });
  const mailed = story.findIndex((line) => line.includes('mail') && line.includes(': disabled'));
  expect(mailed).toBeGreaterThan(story.findIndex((line) => line.includes(' due ')));
  expect(story.filter((line) => line.includes('disable-failing'))).toHaveLength(1);
});

test('a disable message that is lost is queued again from the state', async () => {
  const { story } = await play({
    events: [{ at: at(21), type: 'fault', target: 'queue', mode: 'crash', times: 1 }],
  });
  expect(disabled(story)).toHaveLength(1);
});

test('a disabler that crashes ten times: its work is tried until it is done', async () => {
  const { story, summary } = await play({
    events: [{ at: at(21), type: 'fault', target: 'disabler', mode: 'crash', times: 10 }],
  });
  expect(disabled(story)).toHaveLength(1);
  expect(summary.oops).toBeGreaterThanOrEqual(5);
});
