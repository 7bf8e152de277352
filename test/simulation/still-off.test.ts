import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

// Disabled at T+21d: until T+111d it can be enabled as it was, so that 7 days before that is T+104d.
const POLICY = { mode: 'disable', stillOff: '7d' };

/** What is told from a day on, but for the word that it was disabled. */
async function reminded(scenario: Record<string, unknown>): Promise<string[]> {
  const { story } = await play({ until: at(115), scanEvery: '6h', policy: POLICY, ...scenario });
  return story.filter((line) => line.includes('still-off'));
}

test('who is in charge is reminded once, so long before it can no longer be enabled as it was', async () => {
  expect(await reminded({})).toEqual(['T+104d mail ana@acme.test: still-off acmeCo/a #1']);
});

test('nobody is, unless a policy asks for it', async () => {
  expect(await reminded({ policy: { mode: 'disable' } })).toEqual([]);
});

test('a task of a narrower scope is reminded of by its own lead', async () => {
  const scenario = {
    policies: { 'acmeCo/b': { stillOff: '30d' }, 'acmeCo/c': { stillOff: null } },
    tasks: ['a', 'b', 'c'].map((name) => failing(`acmeCo/${name}`)),
  };
  expect(await reminded(scenario)).toEqual([
    'T+81d mail ana@acme.test: still-off acmeCo/b #1',
    'T+104d mail ana@acme.test: still-off acmeCo/a #1',
  ]);
});

test('what is off of one owner is in one mail', async () => {
  const tasks = ['a', 'b', 'c'].map((name) => failing(`acmeCo/${name}`));
  expect(await reminded({ tasks })).toEqual([
    'T+104d mail ana@acme.test: still-off acmeCo/a #1, still-off acmeCo/b #1, still-off acmeCo/c #1',
  ]);
});

test('it goes to the owners of today, and to nobody who declined reminders', async () => {
  const events = [
    { at: at(60), type: 'owners', task: 'acmeCo/a', owners: ['ben@acme.test', 'cem@acme.test'] },
    { at: at(61), type: 'action', task: 'acmeCo/a', by: 'cem@acme.test', action: 'unsubscribe' },
  ];
  expect(await reminded({ events })).toEqual(['T+104d mail ben@acme.test: still-off acmeCo/a #1']);
});

test('the admins hear of it where nobody else can be reached', async () => {
  const scenario = {
    admins: { 'acmeCo/': ['boss@acme.test'] },
    events: [{ at: at(60), type: 'mail-event', recipient: 'ana@acme.test', event: 'bounce' }],
  };
  expect(await reminded(scenario)).toEqual(['T+104d mail boss@acme.test: still-off acmeCo/a #1']);
});

test.each([
  ['was enabled again', { type: 'published', task: 'acmeCo/a', by: 'user', enabled: true }],
  ['was deleted', { type: 'deleted', task: 'acmeCo/a' }],
  ['is undone', { type: 'operator', action: 'undo', of: 'acmeCo/a' }],
  ['is in mode detect by then', { type: 'policy', scope: 'acmeCo/', set: { mode: 'detect' } }],
  ['is no longer asked for', { type: 'policy', scope: 'acmeCo/', set: { stillOff: null } }],
])('nobody is reminded of a task that %s', async (_, event) => {
  expect(await reminded({ until: at(112), events: [{ at: at(100), ...event }] })).toEqual([]);
});

test('nobody is reminded of what they disabled themselves', async () => {
  const events = [{ at: at(15), type: 'action', task: 'acmeCo/a', by: 'ana@acme.test', action: 'disable' }];
  expect(await reminded({ events })).toEqual([]);
});

test('a shorter lead by then is what counts', async () => {
  const events = [{ at: at(100), type: 'policy', scope: '', set: { stillOff: '2d' } }];
  expect(await reminded({ events })).toEqual(['T+109d mail ana@acme.test: still-off acmeCo/a #1']);
});

test('it waits in a pause, and is not sent once it is too late', async () => {
  const paused = (until: number) => [
    { at: at(103), type: 'operator', action: 'pause', of: 'notify' },
    { at: at(until), type: 'operator', action: 'resume', of: 'notify' },
  ];
  expect(await reminded({ events: paused(106) })).toEqual([
    'T+106d mail ana@acme.test: still-off acmeCo/a #1',
  ]);
  expect(await reminded({ events: paused(111) })).toEqual([]);
});

test('a lead that is due within a day of the disabling reminds of nothing', async () => {
  const withLead = (stillOff: string) => reminded({ until: at(25), policy: { mode: 'disable', stillOff } });
  expect(await withLead('89d')).toEqual(['T+22d mail ana@acme.test: still-off acmeCo/a #1']);
  expect(await withLead('2137h')).toEqual([]);
});

test('where no scan ran in time there is none', async () => {
  const events = [{ at: at(103), type: 'fault', target: 'scanner', mode: 'down', for: '9d' }];
  expect(await reminded({ events })).toEqual([]);
});

test('disabled again, it is reminded of anew', async () => {
  // Failing since its enabling at T+30d: warned at T+44d, disabled at T+51d, and off until T+141d.
  const events = [{ at: at(30), type: 'published', task: 'acmeCo/a', by: 'user', enabled: true }];
  expect(await reminded({ until: at(136), events, policy: { ...POLICY, publicationVeto: '0s' } })).toEqual([
    'T+134d mail ana@acme.test: still-off acmeCo/a #2',
  ]);
});
