import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../../functions/abandonment/task.ts';
import { DAY, HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { chooseNotices } from '../../../../functions/notices/send/choose-notices.ts';
import type { Waiting } from '../../../../functions/notices/send/waiting.ts';
import { FleetView } from '../../../../functions/store/fleet-view.ts';
import type { PendingNotice } from '../../../../functions/store/notices.ts';
import { loadPauses, type PausesRecord, pausesWrite } from '../../../../functions/store/pauses.ts';
import { newRecipient, type RecipientRecord } from '../../../../functions/store/recipients.ts';
import { MemoryTable } from '../../../../functions/store/table/memory-table.ts';
import { TOPIC } from './answer-stage.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');

/** Reached by a notice: what was asked for at noon, unless it says otherwise. */
function waiting(
  task: string,
  notice: Notice,
  more: Partial<PendingNotice> = {},
  address = 'ana@acme.test',
): Waiting {
  const pending = { notice, since: NOON, notBefore: NOON, ...more } as PendingNotice;
  return { recipient: 'ana', address, task, episode: 1, pending };
}

/** Ana, whom the warm-up limit let be warned an hour ago, and whom no mail holds back. */
function ana(more: Partial<RecipientRecord> = {}): RecipientRecord {
  return { ...newRecipient('ana', 'ana@acme.test'), admittedAt: NOON - HOUR, ...more } as RecipientRecord;
}

/** At noon: the tasks of which the first mail tells, or until when there is none. */
async function chosen(...inputs: Parameters<typeof chosenInTurn>) {
  const answer = await chosenInTurn(...inputs);
  return Array.isArray(answer) ? answer.find((tasks) => tasks.length > 0) : answer;
}

/** The same of each mail. */
async function chosenInTurn(
  recipient: RecipientRecord,
  pending: Waiting[],
  pauses: Partial<PausesRecord> = {},
) {
  const table = new MemoryTable();
  await table.transact([pausesWrite({ ...(await loadPauses(table)), ...pauses })], 'test');
  const answer = chooseNotices(await FleetView.load(table, NOON), recipient, pending, NOON);
  return 'until' in answer ? answer.until : answer.inTurn.map((notices) => notices.map(({ task }) => task));
}

const warning = waiting('warning', 'warning');
const withdrawal = waiting('withdrawal', 'withdrawn');
const off = waiting('off', 'disabled');
/** The window of the last mail opens in half an hour. */
const MAILED = { lastMailAt: NOON - HOUR / 2 };
const mails = (many: number, first: number) => Array.from({ length: many }, (_, place) => first + place);

describe('of what waits for one recipient', () => {
  it('goes all but what was disabled, which has a mail of its own, after it', async () => {
    expect(await chosenInTurn(ana(), [off, warning, withdrawal])).toEqual([
      ['warning', 'withdrawal'],
      ['off'],
    ]);
    expect(await chosen(ana(), [off])).toEqual(['off']);
  });

  it('goes nothing before its instant, and all from there on', async () => {
    const later = waiting('later', 'warning', { notBefore: NOON + 1 });
    expect(await chosen(ana(), [later, warning])).toEqual(['warning']);
    expect(await chosen(ana(), [later])).toBe(NOON + 1);
  });

  it('nothing goes until the first of all may', async () => {
    const some = [4, 2, 3].map((minutes) =>
      waiting(`${minutes}`, 'reminder', { notBefore: NOON + minutes * MINUTE, by: NOON + DAY }),
    );
    expect(await chosen(ana(), some)).toBe(NOON + 2 * MINUTE);
  });

  it('what was disabled goes all together, also what came while it was gathered', async () => {
    const newer = waiting('newer', 'disabled', { notBefore: NOON + MINUTE });
    expect(await chosen(ana(), [newer, off])).toEqual(['newer', 'off']);
    expect(await chosen(ana(), [newer])).toBe(NOON + MINUTE);
    expect(await chosenInTurn(ana(), [newer, warning])).toEqual([['warning'], []]);
  });
});

describe('while the window of the last mail is open (promise 6)', () => {
  it.each<[Notice, boolean]>([
    ['warning', false],
    ['reminder', false],
    ['stopping', false],
    ['overdue', false],
    ['still-off', false],
    ['disclaimed', false],
    ['disabled', true],
    ['recovered', true],
    ['withdrawn', true],
    ['enabled', true],
  ])('a notice %s goes at once: %s', async (notice, goes) => {
    const more = notice === 'reminder' || notice === 'stopping' ? { by: NOON + DAY } : {};
    const answer = await chosen(ana(MAILED), [waiting('a', notice, more)]);
    expect(answer).toEqual(goes ? ['a'] : NOON + HOUR / 2);
  });

  it.each<[string, number, boolean]>([
    ['as it opens', NOON + HOUR / 2, true],
    ['before', NOON + 1, true],
    ['after', NOON + HOUR / 2 + 1, false],
    ['now: it comes too late anyway', NOON, false],
  ])('all goes where that of a reminder closes %s', async (_what, by, goes) => {
    const reminder = waiting('reminder', 'reminder', { by });
    expect(await chosen(ana(MAILED), [warning, reminder])).toEqual(
      goes ? ['warning', 'reminder'] : NOON + HOUR / 2,
    );
  });
});

describe('withdrawals', () => {
  const recipient = ana({ lastWithdrawnAt: NOON - HOUR / 2 });

  it('go once an hour, and hold nothing else back', async () => {
    expect(await chosen(recipient, [withdrawal])).toBe(NOON + HOUR / 2);
    expect(await chosen(recipient, [withdrawal, warning])).toEqual(['warning']);
    expect(await chosen(ana({ lastWithdrawnAt: NOON - HOUR }), [withdrawal])).toEqual(['withdrawal']);
  });

  it('go not before their own instant either', async () => {
    const later = waiting('later', 'withdrawn', { notBefore: NOON + HOUR });
    expect(await chosen(recipient, [later])).toBe(NOON + HOUR);
  });
});

describe('the warm-up limit', () => {
  it.each<[string, Partial<RecipientRecord>, boolean]>([
    ['let them be warned within a day', { admittedAt: NOON - DAY + 1 }, true],
    ['let them be warned a day ago', { admittedAt: NOON - DAY }, false],
    ['never let them be warned', { admittedAt: null }, false],
    ['saw them warned within a day', { admittedAt: null, lastWarnedAt: NOON - HOUR }, true],
  ])('%s: a warning goes, or waits for the next scan', async (_what, more, goes) => {
    expect(await chosen(ana(more), [warning])).toEqual(goes ? ['warning'] : null);
  });

  it('holds back warnings of people alone', async () => {
    const stranger = ana({ admittedAt: null });
    const reminder = waiting('reminder', 'reminder', { by: NOON + DAY });
    expect(await chosen(stranger, [warning, reminder])).toEqual(['reminder']);
    expect(await chosen(stranger, [waiting('a', 'overdue')])).toEqual(['a']);
    const topic = waiting('topic', 'warning', {}, TOPIC);
    expect(await chosen(stranger, [topic])).toEqual(['topic']);
  });

  it('may have a place for them once the window of the last mail opens', async () => {
    expect(await chosen(ana({ admittedAt: null, ...MAILED }), [warning])).toBe(NOON + HOUR / 2);
  });

  it('says nothing of when the rest may go', async () => {
    const later = waiting('later', 'recovered', { notBefore: NOON + MINUTE });
    expect(await chosen(ana({ admittedAt: null }), [warning, later])).toBe(NOON + MINUTE);
  });
});

describe('while evaluating is paused', () => {
  it.each<[Notice, boolean]>([
    ['warning', false],
    ['reminder', false],
    ['overdue', false],
    ['stopping', true],
    ['withdrawn', true],
    ['disabled', true],
  ])('a notice %s goes: %s', async (notice, goes) => {
    const more = notice === 'reminder' || notice === 'stopping' ? { by: NOON + DAY } : {};
    const answer = await chosen(ana(), [waiting('a', notice, more)], { evaluate: NOON - DAY });
    expect(answer).toEqual(goes ? ['a'] : null);
  });
});

describe('in the quiet hours of a recipient', () => {
  const asleep = ana({ quietHours: { from: '11:00', to: '14:00' } });

  it('nothing goes until they wake', async () => {
    expect(await chosen(asleep, [warning, withdrawal, off])).toBe(NOON + 2 * HOUR);
  });

  it('what may go later goes when it may, or when they wake', async () => {
    const before = waiting('a', 'warning', { notBefore: NOON + HOUR });
    const after = waiting('b', 'warning', { notBefore: NOON + 3 * HOUR });
    expect(await chosen(asleep, [before, after])).toBe(NOON + 2 * HOUR);
    expect(await chosen(asleep, [after])).toBe(NOON + 3 * HOUR);
  });
});

describe('of 24 mails a day', () => {
  const spent = ana({ mailedAt: mails(24, NOON - 2 * HOUR) });

  it('none is left: all waits for the first to be a day old', async () => {
    for (const notice of [warning, withdrawal, off]) {
      expect(await chosen(spent, [notice])).toBe(NOON - 2 * HOUR + DAY);
    }
  });

  it.each<[string, number, number, string[]]>([
    ['what was disabled before', NOON - 2, NOON - 1, ['off']],
    ['what else was asked for before', NOON - 1, NOON - 2, ['warning']],
    ['what else was asked for at that instant', NOON - 1, NOON - 1, ['warning']],
  ])('the last one goes to %s', async (_what, disabled, warned, goes) => {
    const scarce = ana({ mailedAt: mails(23, NOON - 2 * HOUR) });
    const notices = [
      waiting('off', 'disabled', { since: disabled }),
      waiting('warning', 'warning', { since: warned }),
    ];
    expect(await chosen(scarce, notices)).toEqual(goes);
    // Of whatever goes first nothing may hold any more.
    expect(await chosenInTurn(scarce, notices)).toContainEqual(goes[0] === 'off' ? ['warning'] : ['off']);
    // With more mails left, what else there is goes first.
    expect(await chosen(ana(), notices)).toEqual(['warning']);
  });

  it('the last one goes to what was asked for first of all that is due', async () => {
    const scarce = ana({ mailedAt: mails(23, NOON - 2 * HOUR) });
    const notices = [
      waiting('off', 'disabled', { since: NOON - 2 }),
      waiting('newer', 'warning', { since: NOON - 1 }),
      waiting('older', 'warning', { since: NOON - 3 }),
    ];
    expect(await chosen(scarce, notices)).toEqual(['newer', 'older']);
  });
});
