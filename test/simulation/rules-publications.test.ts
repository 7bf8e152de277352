import { expect, test } from 'vitest';
import { at, play } from './story.ts';

const ANA = 'ana@acme.test';
const published = (when: string, by = 'user') => ({ at: when, type: 'published', task: 'acmeCo/a', by });

test('a publication inside the veto window puts the firing off to its end', async () => {
  const { story } = await play({ until: at(20), events: [published(at(5))] });
  expect(story).toEqual([
    'T+14d held acmeCo/a #null user-published',
    'T+19d fired acmeCo/a #1 since T+0d (disable)',
    `T+19d mail ${ANA}: warning acmeCo/a #1 until T+26d`,
  ]);
});

test('the veto does not hold at the instant at which it ends', async () => {
  const { story } = await play({ until: at(14), events: [published(at(0))] });
  expect(story[0]).toBe('T+14d fired acmeCo/a #1 since T+0d (disable)');
});

test('a later publication makes the veto longer, and its hold is printed once', async () => {
  const { story } = await play({ until: at(33), events: [published(at(5)), published(at(18))] });
  expect(story).toEqual([
    'T+14d held acmeCo/a #null user-published',
    'T+32d fired acmeCo/a #1 since T+0d (disable)',
    `T+32d mail ${ANA}: warning acmeCo/a #1 until T+39d`,
  ]);
});

test('a publication an hour before the deadline, and one at its instant, prevent the disabling', async () => {
  for (const instant of [at(20, 23), at(21)]) {
    const { story } = await play({ until: at(22), events: [published(instant)] });
    const when = instant === at(21) ? 'T+21d' : 'T+20d23h';
    expect(story.slice(4)).toEqual([
      `${when} resolved acmeCo/a #1 user-published`,
      `${when} held acmeCo/a #null user-published`,
      `${when} mail ${ANA}: withdrawn acmeCo/a #1`,
    ]);
  }
});

test('a veto of a day lets the next episode begin a day later', async () => {
  const { story } = await play({
    until: at(18),
    policy: { mode: 'disable', publicationVeto: '1d' },
    events: [published(at(16))],
  });
  expect(story.slice(2)).toEqual([
    'T+16d resolved acmeCo/a #1 user-published',
    'T+16d held acmeCo/a #null user-published',
    `T+16d mail ${ANA}: withdrawn acmeCo/a #1`,
    'T+17d fired acmeCo/a #2 since T+0d (disable)',
    `T+17d mail ${ANA}: warning acmeCo/a #2 until T+24d`,
  ]);
});

test('where no date was announced, a publication withdraws none', async () => {
  const { story } = await play({
    until: at(18),
    policy: { mode: 'notify' },
    events: [published(at(16))],
  });
  expect(story.slice(2)).toEqual([
    'T+16d resolved acmeCo/a #1 user-published',
    'T+16d held acmeCo/a #null user-published',
  ]);
});

test('three vetoes in a row are told to operators', async () => {
  const { story } = await play({
    until: at(46),
    events: [published(at(15)), published(at(30)), published(at(45))],
  });
  expect(story.filter((line) => /fired|resolved|operators/.test(line))).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    'T+15d resolved acmeCo/a #1 user-published',
    'T+29d fired acmeCo/a #2 since T+0d (disable)',
    'T+30d resolved acmeCo/a #2 user-published',
    'T+44d fired acmeCo/a #3 since T+0d (disable)',
    'T+45d resolved acmeCo/a #3 user-published',
    'T+45d operators veto-loop acmeCo/a',
  ]);
});

test('two vetoes, a recovery and another veto are no row of three', async () => {
  const { story } = await play({
    until: at(62),
    events: [
      published(at(15)),
      published(at(30)),
      { at: at(31), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'PRIMARY' }] },
      { at: at(32), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'FAILED' }] },
      published(at(47)),
    ],
  });
  expect(story.filter((line) => line.includes('resolved'))).toEqual([
    'T+15d resolved acmeCo/a #1 user-published',
    'T+30d resolved acmeCo/a #2 user-published',
    'T+47d resolved acmeCo/a #3 user-published',
  ]);
  expect(story.filter((line) => line.includes('operators'))).toEqual([]);
});

test('publications of the system neither hold nor end anything, however many', async () => {
  const { story } = await play({
    until: at(20),
    events: [published(at(5), 'system'), published(at(15), 'system'), published(at(17), 'system')],
  });
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
    `T+18d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
    `T+20d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
  ]);
});

test('a loop of vetoes is told no more once the task is off', async () => {
  const { story } = await play({
    until: at(90),
    policy: { mode: 'disable', publicationVeto: '1d' },
    events: [published(at(15)), published(at(17)), published(at(19))],
  });
  // Warned anew at T+20d and disabled at T+27d.
  expect(story.filter((line) => / disabled acmeCo\/a #4 due|operators/.test(line))).toEqual([
    'T+19d operators veto-loop acmeCo/a',
    'T+26d operators veto-loop acmeCo/a',
    'T+27d disabled acmeCo/a #4 due T+27d',
  ]);
});
