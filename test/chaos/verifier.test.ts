import { describe, expect, it } from 'vitest';
import { type Seen, type TakenMail, verify } from './verifier.ts';

const mail = (to: string, heading: string, ...tasks: string[]): TakenMail => ({
  to: [to],
  text: ['2 notices', '', `=== ${heading} ===`, '', ...tasks.map((task) => `* "${task}"\n  some words`)].join(
    '\n',
  ),
});
const warning = (to: string, ...tasks: string[]) =>
  mail(to, `Will be turned off unless you act (${tasks.length})`, ...tasks);
const wordOf = (to: string, ...tasks: string[]) => mail(to, 'Turned off', ...tasks);

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
    mail('ada@a.test', 'Not running', 'a/3'),
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
      const mails = WHOLE.mails.filter((_, one) => one !== index);
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
    const mails = [...WHOLE.mails, mail('ana@a.test', 'Running again', 'a/4')];
    expect(verify({ ...WHOLE, mails }).wrong).toEqual(['other of a/4 to ana@a.test']);
  });
});
