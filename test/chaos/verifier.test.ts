import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blindSpotOf, type SeededTask, type Seen, type TakenMail, verify } from './verifier.ts';

/** A mail about one kind of notice: its title says which. */
const mail = (to: string, title: string, ...tasks: string[]): TakenMail => ({
  to: [to],
  text: [title, '', '', '=== What to do ===', '', ...tasks.map((task) => `* "${task}"\n  some words`)].join(
    '\n',
  ),
});
const warning = (to: string, ...tasks: string[]) =>
  mail(to, `${tasks.length} tasks will be turned off on 5 February 2026 unless you\nact`, ...tasks);
const wordOf = (to: string, ...tasks: string[]) =>
  mail(to, `${tasks.length} tasks were turned off`, ...tasks);

/** Two tasks that are abandoned, one that only is warned of, and one that runs. */
const WHOLE: Seen = {
  fleet: [
    { id: 'a/1', owners: ['ana@a.test', 'ada@a.test'], expected: 'off' },
    { id: 'a/2', owners: ['ana@a.test'], expected: 'off' },
    { id: 'a/3', owners: ['ada@a.test'], expected: 'warned' },
    { id: 'a/4', owners: ['ana@a.test'], expected: 'left alone' },
  ],
  mails: [
    warning('ana@a.test', 'a/1', 'a/2'),
    warning('ada@a.test', 'a/1'),
    mail('ada@a.test', 'a/3 is not running', 'a/3'),
    wordOf('ana@a.test', 'a/1', 'a/2'),
    wordOf('ada@a.test', 'a/1'),
  ],
  requests: [
    { requestId: 'a/1#1', task: 'a/1' },
    { requestId: 'a/2#1', task: 'a/2' },
  ],
};

describe('what the verifier of chaos finds', () => {
  it('nothing where each owner was told once and each task was asked for once', () => {
    expect(verify(WHOLE)).toEqual({ lost: [], twice: [], wrong: [], askedAgain: 0 });
  });

  it.each(WHOLE.mails.map((_, index) => [index]))(
    'what mail %i said, once that mail is not there',
    (index) => {
      const mails = WHOLE.mails.filter((_, place) => place !== index);
      const { lost, twice, wrong } = verify({ ...WHOLE, mails });
      expect(lost.length).toBeGreaterThan(0);
      expect([twice, wrong]).toEqual([[], []]);
    },
  );

  it('by name whom a lost mail was to tell, and of what', () => {
    const mails = WHOLE.mails.slice(1);
    expect(verify({ ...WHOLE, mails }).lost).toEqual([
      'warning of a/1 to ana@a.test',
      'warning of a/2 to ana@a.test',
    ]);
  });

  it('a mail that came twice', () => {
    const mails = [...WHOLE.mails, wordOf('ada@a.test', 'a/1')];
    expect(verify({ ...WHOLE, mails }).twice).toEqual(['disabled of a/1 to ada@a.test']);
  });

  it('a disabling that was asked for twice, as two', () => {
    const requests = [...WHOLE.requests, { requestId: 'a/2#2', task: 'a/2' }];
    expect(verify({ ...WHOLE, requests }).twice).toEqual(['disabling of a/2']);
  });

  it('no second disabling in a request that is repeated under its id, but the repetition', () => {
    const requests = [...WHOLE.requests, { requestId: 'a/2#1', task: 'a/2' }];
    expect(verify({ ...WHOLE, requests })).toEqual({ lost: [], twice: [], wrong: [], askedAgain: 1 });
  });

  it('a disabling that was never asked for', () => {
    expect(verify({ ...WHOLE, requests: WHOLE.requests.slice(1) }).lost).toEqual(['disabling of a/1']);
  });

  it('word of a task that runs, a disabling of one that is only warned of, and a mail to a stranger', () => {
    const mails = [...WHOLE.mails, warning('ana@a.test', 'a/4'), warning('eve@b.test', 'a/1')];
    const requests = [...WHOLE.requests, { requestId: 'a/3#1', task: 'a/3' }];
    expect(verify({ ...WHOLE, mails, requests }).wrong).toEqual([
      'warning of a/4 to ana@a.test',
      'warning of a/1 to eve@b.test',
      'disabling of a/3',
    ]);
  });

  it('a mail that says another thing than it was to say', () => {
    const mails = [...WHOLE.mails, mail('ana@a.test', 'a/4 is running again', 'a/4')];
    expect(verify({ ...WHOLE, mails }).wrong).toEqual(['other of a/4 to ana@a.test']);
  });
});

const read = (...path: string[]) => readFileSync(join(import.meta.dirname, ...path), 'utf8');

/** What mails of today say, in one of them. */
function verdictOf(golden: string, ...fleet: Pick<SeededTask, 'id' | 'expected'>[]) {
  const to = 'ana@acme.test';
  const mails = [{ to: [to], text: read('..', 'golden', 'mails', golden) }];
  const { lost, twice, wrong } = verify({
    fleet: fleet.map((task) => ({ ...task, owners: [to] })),
    mails,
    requests: fleet
      .filter(({ expected }) => expected === 'off')
      .map(({ id }) => ({ task: id, requestId: id })),
  });
  return { lost, twice, wrong };
}

describe('how the verifier of chaos reads the mails of today', () => {
  const NOTHING = { lost: [], twice: [], wrong: [] };
  const ORDERS = 'acmeCo/prod/orders-capture';

  it.each(['warning-dated.txt', 'warning-undated.txt', 'warning-cause.txt', 'reminder.txt'])(
    '%s',
    (golden) => {
      expect(verdictOf(join('en', golden), { id: ORDERS, expected: 'warned' })).toEqual(NOTHING);
    },
  );

  it.each([
    ['disabled.txt', 'disabled'],
    ['recovered.txt', 'other'],
    ['enabled.txt', 'other'],
    ['withdrawn.txt', 'other'],
  ])('%s is no warning', (golden, kind) => {
    const { lost, wrong } = verdictOf(join('en', golden), { id: ORDERS, expected: 'warned' });
    expect(lost).toEqual([`warning of ${ORDERS} to ana@acme.test`]);
    expect(wrong).toEqual([`${kind} of ${ORDERS} to ana@acme.test`]);
  });

  it('a mail of several kinds, each under its heading', () => {
    const { lost, wrong } = verdictOf('linked-mixed.txt', { id: ORDERS, expected: 'warned' });
    expect(lost).toEqual([]);
    expect(wrong).toEqual(['disabled of acmeCo/b to ana@acme.test', 'other of acmeCo/c to ana@acme.test']);
  });

  it('a mail that names 200 tasks below what they have in common', () => {
    const fleet = Array.from({ length: 200 }, (_, index) => ({
      id: `acmeCo/prod/task-${String(index + 1).padStart(4, '0')}`,
      expected: 'warned' as const,
    }));
    expect(verdictOf('200.txt', ...fleet)).toEqual(NOTHING);
  });
});

/** What SES and the owning systems received in a run on the emulator (`npm run test:chaos -- --record`). */
const RECORDED = JSON.parse(read('recorded.json')) as Seen;

describe('what was recorded of a fault', () => {
  it('is whole', () => {
    expect(verify(RECORDED)).toMatchObject({ lost: [], twice: [], wrong: [] });
    expect(blindSpotOf(RECORDED)).toBeUndefined();
  });

  it.each(RECORDED.mails.map((_, index) => [index]))('is not without mail %i', (index) => {
    const mails = RECORDED.mails.filter((_, place) => place !== index);
    expect(verify({ ...RECORDED, mails }).lost.length).toBeGreaterThan(0);
  });

  it.each(RECORDED.requests.map((_, index) => [index]))('is not without request %i', (index) => {
    const requests = RECORDED.requests.filter((_, place) => place !== index);
    expect(verify({ ...RECORDED, requests }).lost).toEqual([
      `disabling of ${RECORDED.requests[index]?.task}`,
    ]);
  });

  it('is whole where a disabling was asked for again under its own id', () => {
    const again = { ...RECORDED, requests: [...RECORDED.requests, ...RECORDED.requests.slice(-1)] };
    expect(verify(again)).toMatchObject({ lost: [], twice: [], wrong: [], askedAgain: 1 });
    expect(blindSpotOf(again)).toBeUndefined();
  });

  it('is not believed of a verifier that knows a mail to be there that is not', () => {
    const again = { ...RECORDED, mails: [...RECORDED.mails, ...RECORDED.mails.slice(-1)] };
    expect(blindSpotOf(again)).toBe('the verifier does not miss the last of the mails');
  });
});
