import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';
const undo = (when: string, of: string) => ({ at: when, type: 'operator', action: 'undo', of });

test('a task that is enabled again is counted from there, and warned anew', async () => {
  const { story } = await play({ until: at(44), events: [undo(at(22), 'acmeCo/a')] });
  expect(story.slice(7)).toEqual([
    'T+22d enabled acmeCo/a by operator',
    'T+22d mail ana@acme.test: enabled acmeCo/a #1',
    'T+36d fired acmeCo/a #2 since T+22d (disable)',
    `T+36d mail ${ANA}: warning acmeCo/a #2 until T+43d`,
    `T+40d mail ${ANA}: reminder acmeCo/a #2 until T+43d`,
    `T+42d mail ${ANA}: reminder acmeCo/a #2 until T+43d`,
    'T+43d disabled acmeCo/a #2 due T+43d',
    'T+43d resolved acmeCo/a #2 disabled',
    `T+43d+ mail ${ANA}: disabled acmeCo/a #2`,
  ]);
});

test('an undo acts at its instant, not at the next scan', async () => {
  const { story } = await play({ until: at(23), events: [undo(at(22, 0.5), 'acmeCo/a')] });
  expect(story.slice(-2)).toEqual([
    'T+22d30m enabled acmeCo/a by operator',
    'T+22d1h mail ana@acme.test: enabled acmeCo/a #1',
  ]);
});

test('a task that runs after it was enabled again is left alone', async () => {
  const { story } = await play({
    until: at(44),
    events: [
      undo(at(22), 'acmeCo/a'),
      { at: at(23), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'PRIMARY' }] },
    ],
  });
  expect(story.slice(7)).toEqual([
    'T+22d enabled acmeCo/a by operator',
    'T+22d mail ana@acme.test: enabled acmeCo/a #1',
  ]);
});

test('the undo of a run enables what that run disabled', async () => {
  const { story } = await play({
    until: at(23),
    tasks: [failing('acmeCo/a'), failing('acmeCo/b'), failing('acmeCo/late', { lastPrimaryAt: at(0, 6) })],
    events: [undo(at(22), at(21))],
  });
  expect(story.filter((line) => line.includes('enabled')).sort()).toEqual([
    'T+22d enabled acmeCo/a by operator',
    'T+22d enabled acmeCo/b by operator',
    'T+22d mail ana@acme.test: enabled acmeCo/a #1, enabled acmeCo/b #1',
  ]);
});

test.each([
  ['a later run', []],
  ['its owner', [{ at: at(41), type: 'action', task: 'acmeCo/a', by: ANA, action: 'disable' }]],
])('the undo of a run leaves alone what %s disabled since', async (_, events) => {
  const { story } = await play({
    until: at(46),
    policy: { mode: 'disable', publicationVeto: '1d' },
    events: [
      { at: at(22), type: 'published', task: 'acmeCo/a', by: 'user', enabled: true },
      ...events,
      undo(at(45), at(21)),
    ],
  });
  expect(story.filter((line) => / (en|dis)abled acmeCo/.test(line) && !line.includes('mail'))).toHaveLength(
    2,
  );
  expect(story.at(-1)).toMatch(/mail ana@acme.test: disabled acmeCo\/a #2/);
});

test('what an owner enabled in the meantime, or nobody disabled, is left alone by an undo', async () => {
  const { story } = await play({
    until: at(26),
    tasks: [failing('acmeCo/a'), failing('acmeCo/b', { lastPrimaryAt: at(10) })],
    events: [
      { at: at(22), type: 'published', task: 'acmeCo/a', by: 'user', enabled: true },
      undo(at(23), at(21)),
      undo(at(23), 'acmeCo/b'),
    ],
  });
  expect(story.filter((line) => line.includes(' enabled '))).toEqual([]);
});

test('an undo of a task that its owner disabled is refused', async () => {
  const { story } = await play({
    until: at(18),
    events: [
      { at: at(16), type: 'published', task: 'acmeCo/a', by: 'user', enabled: false },
      undo(at(17), 'acmeCo/a'),
    ],
  });
  expect(story.slice(2)).toEqual(['T+16d resolved acmeCo/a #1 ineligible']);
});

test('a system that publishes a task we disabled does not turn it on', async () => {
  const { story } = await play({
    until: at(60),
    events: [{ at: at(22), type: 'published', task: 'acmeCo/a', by: 'system' }],
  });
  expect(story.slice(7)).toEqual([]);
});
