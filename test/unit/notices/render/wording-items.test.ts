import { describe, expect, it } from 'vitest';
import { english } from '../../../../emails/english.ts';
import type { ResolveReason } from '../../../../functions/abandonment/task.ts';
import { DAY, HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import type { MailLinks } from '../../../../functions/notices/render/links.ts';
import {
  actsOf,
  aheadOf,
  announcedDate,
  disclaimerOf,
  entryOf,
  footerLinksOf,
  groupOf,
  isOpenToActs,
  isPast,
  lastOf,
  leadsOf,
  named,
  nameOf,
  notesOf,
  oneReason,
  preheaderOf,
  type Reader,
  reasonsOf,
  restorableOf,
  toldOf,
} from '../../../../functions/notices/render/wording-items.ts';
import type { MailItem, MailWhy } from '../../../../functions/notices/send/digest-facts.ts';
import { at, facts, item, many } from './render-builders.ts';

const NOW = at('2026-01-29T00:00:00Z');
const DUE = at('2026-02-05T00:00:00Z');
const LAST = at('2026-03-01T12:00:00Z');
const reader: Reader = { now: NOW, zone: 'UTC', words: english };
const links: MailLinks = {
  page: 'https://page.test/d/L',
  preferences: 'https://page.test/d/L/preferences',
  unsubscribe: 'https://page.test/u/L',
  task: ({ task, episode }) => `https://page.test/d/L/${task}-${episode}`,
};

/** Without the spaces that do not break. */
const plain = <Text extends string | string[]>(text: Text): Text =>
  JSON.parse(JSON.stringify(text).replaceAll('\u00a0', ' ')) as Text;
const off = (changes: Partial<MailItem>) =>
  item({ notice: 'disabled', disableAt: null, disabledAt: DUE, ...changes });

describe('an item of a mail', () => {
  it.each<[Partial<MailItem>, string, number | null, number | null, boolean]>([
    [{ notice: 'warning' }, 'due', DUE, DUE, true],
    [{ notice: 'reminder' }, 'due', DUE, DUE, true],
    [{ notice: 'warning', mode: 'notify' }, 'failing', null, null, true],
    [{ notice: 'reminder', mode: 'detect' }, 'failing', null, null, true],
    [{ notice: 'warning', disableAt: null }, 'failing', null, null, true],
    [{ notice: 'overdue' }, 'overdue', DUE, DUE, true],
    [{ notice: 'overdue', mode: 'notify' }, 'overdue', null, null, true],
    [{ notice: 'stopping' }, 'stopping', DUE, DUE, true],
    [{ notice: 'stopping', mode: 'notify' }, 'stopping', DUE, DUE, true],
    [{ notice: 'disabled' }, 'disabled', null, null, true],
    [{ notice: 'still-off', restorableUntil: LAST }, 'still-off', null, LAST, true],
    [{ notice: 'still-off' }, 'still-off', null, null, true],
    [{ notice: 'disclaimed' }, 'disclaimed', null, null, true],
    [{ notice: 'withdrawn', restorableUntil: LAST }, 'withdrawn', null, null, false],
    [{ notice: 'enabled' }, 'enabled', null, null, false],
    [{ notice: 'recovered' }, 'recovered', null, null, false],
  ])(
    '%j stands under %s, with its dates, and whether there is something to do',
    (changes, group, announced, ahead, open) => {
      const mailItem = item(changes);
      expect([groupOf(mailItem), announcedDate(mailItem), aheadOf(mailItem), isOpenToActs(mailItem)]).toEqual(
        [group, announced, ahead, open],
      );
    },
  );

  it.each<[Partial<MailItem>, boolean]>([
    [{}, false],
    [{ notice: 'reminder' }, false],
    [{ notice: 'withdrawn' }, false],
    [{ notice: 'disclaimed' }, false],
    [{ notice: 'stopping' }, false],
    [{ notice: 'disabled' }, true],
    [{ notice: 'still-off' }, true],
    [{ notice: 'enabled' }, true],
    [{ notice: 'recovered' }, true],
  ])('%j is of what is over: %s', (changes, past) => {
    expect(isPast(item(changes))).toBe(past);
  });

  const OVER: Record<ResolveReason, boolean> = {
    recovered: true,
    disabled: true,
    deleted: true,
    ineligible: true,
    'disabled-by-owner': true,
    ended: true,
    kept: false,
    snoozed: false,
    policy: false,
    'user-published': false,
  };
  it.each(Object.entries(OVER))('withdrawn because of %s is of what is over: %s', (resolvedReason, past) => {
    expect(isPast(item({ notice: 'withdrawn', resolvedReason: resolvedReason as ResolveReason }))).toBe(past);
  });
});

describe('the names of others', () => {
  it('are of at most 512 characters, of planes 128, and end no quotes', () => {
    expect([...nameOf(item({ task: 'x'.repeat(512) }))]).toHaveLength(512);
    expect([...nameOf(item({ task: 'x'.repeat(600) }))]).toHaveLength(512);
    expect(named(`a"b${'x'.repeat(600)}`, 10)).toBe('a\\"bxx…xxxx');
    expect([...named('x'.repeat(600))]).toHaveLength(512);
  });

  it('are no links', () => {
    for (const shown of [nameOf(item({ task: 'a/evil.com' })), named('evil.com')]) {
      expect(shown).not.toContain('evil.com');
      expect(shown.replaceAll('\u2060', '')).toContain('evil.com');
    }
  });
});

describe('what happens to a task', () => {
  it.each<[Partial<MailItem>, string[]]>([
    [{}, ['It is turned off on Thursday 5 February 2026, 00:00 UTC, in 7 days.']],
    [
      { notice: 'reminder' },
      ['Reminder: it is turned off on Thursday 5 February 2026, 00:00 UTC, in 7 days.'],
    ],
    [{ notice: 'overdue' }, ['It is turned off on Thursday 5 February 2026, 00:00 UTC, in 7 days.']],
    [{ mode: 'notify' }, []],
    [
      { notice: 'stopping' },
      [
        'Its deadline is Thursday 5 February 2026, 00:00 UTC, in 7 days. It is turned off if it still runs then.',
      ],
    ],
    [
      { notice: 'stopping', mode: 'notify' },
      ['Its deadline is Thursday 5 February 2026, 00:00 UTC, in 7 days.'],
    ],
    [{ notice: 'disabled', disabledAt: DUE }, ['Turned off on Thursday 5 February 2026, 00:00 UTC.']],
    [
      { notice: 'disabled', disabledAt: DUE, resolvedReason: 'disabled-by-owner' },
      ['Turned off on Thursday 5 February 2026, 00:00 UTC by an owner.'],
    ],
    [{ notice: 'disabled' }, ['Turned off.']],
    [
      { notice: 'disabled', disabledAt: DUE, restorableUntil: LAST },
      [
        'Turned off on Thursday 5 February 2026, 00:00 UTC.',
        'Until 1 March 2026 it can be turned on again as it was.',
      ],
    ],
    [
      { notice: 'still-off', disabledAt: DUE, restorableUntil: LAST },
      [
        'It can be turned on again as it was for another 31 days, until Sunday 1 March 2026, 12:00 UTC.',
        'Turned off on Thursday 5 February 2026, 00:00 UTC.',
      ],
    ],
    [{ notice: 'still-off' }, ['Turned off.']],
    [
      { notice: 'enabled', enabledAt: DUE },
      ['Turned on again on Thursday 5 February 2026, 00:00 UTC by an operator.'],
    ],
    [{ notice: 'enabled' }, ['Turned on again by an operator.']],
    [
      { notice: 'disclaimed', disclaimed: { by: 'bo@acme.test' } },
      ['bo@acme.test said that it is not theirs, and named nobody instead.'],
    ],
    [{ notice: 'withdrawn' }, ['The date announced for turning it off no longer holds.']],
    [
      { notice: 'withdrawn', resolvedReason: 'kept' },
      ['The date announced for turning it off no longer holds: it was marked to be kept.'],
    ],
    [{ notice: 'recovered' }, ['It is running again.']],
  ])('%j: %j', (changes, acts) => {
    expect(plain(actsOf(item(changes), reader))).toEqual(acts);
  });

  it('can be undone up to the last instant, and is said so no more from then on', () => {
    const { length } = restorableOf(off({ restorableUntil: NOW + 1 }), reader);
    expect(length).toBe(1);
    expect(restorableOf(off({ restorableUntil: NOW }), reader)).toEqual([]);
    expect(restorableOf(off({}), reader)).toEqual([]);
    const still = (restorableUntil: number) =>
      lastOf(off({ notice: 'still-off', restorableUntil }), reader)?.left;
    expect([still(NOW + HOUR), still(NOW - HOUR)]).toEqual(['1 hour', '0 minutes']);
    expect(lastOf(off({ restorableUntil: LAST }), reader)).toBeUndefined();
    expect(lastOf(off({ notice: 'still-off' }), reader)).toBeUndefined();
  });

  it('is not theirs by the word of somebody, whoever that was and whatever they wrote', () => {
    expect(disclaimerOf(item())).toEqual({ by: '?', instead: null });
    const disclaimed = { by: `${'x'.repeat(300)}@acme`, instead: 'see www.evil.test' };
    const { by, instead } = disclaimerOf(item({ disclaimed }));
    expect([...by]).toHaveLength(254);
    expect(instead).not.toContain('www.evil.test');
  });
});

describe('what is known of a task', () => {
  const state = (changes: Partial<MailItem>) => plain(entryOf(item(changes), reader, false).state);
  const CAUSE = 'Cause: its shards failed.';

  it.each<[Partial<MailItem>, string]>([
    [{}, `Not running since 15 January 2026 (14 days); 37 restarts tried since. ${CAUSE}`],
    [
      { twitches: 2 },
      `Not running since 15 January 2026 (14 days); 37 restarts tried since, and it ran 2 times too briefly to count. ${CAUSE}`,
    ],
    // Of less than three days the minute is told.
    [
      { since: NOW - 3 * DAY + MINUTE, unhealthyFor: 3 * DAY - MINUTE, restarts: null },
      `Not running since Monday 26 January 2026, 00:01 UTC (2 days 23 hours). ${CAUSE}`,
    ],
    [
      { since: NOW - 3 * DAY, unhealthyFor: 3 * DAY, restarts: null },
      `Not running since 26 January 2026 (3 days). ${CAUSE}`,
    ],
    // An hour that nobody knows of is worth a word.
    [
      { unhealthyFor: 14 * DAY - HOUR, restarts: null },
      `Not running since 15 January 2026 (13 days, not counting the time in which its health was unknown). ${CAUSE}`,
    ],
    [
      { unhealthyFor: 14 * DAY - HOUR + 1, restarts: null },
      `Not running since 15 January 2026 (13 days). ${CAUSE}`,
    ],
    [
      { notice: 'disabled', unhealthyFor: DAY * 5, restarts: null },
      `Had not run since 15 January 2026 (5 days). ${CAUSE}`,
    ],
    [{ notice: 'stopping' }, 'It may run until then.'],
    [{ notice: 'disclaimed', unhealthyFor: MINUTE - 1 }, 'Nobody is warned of it at present.'],
    [
      { notice: 'disclaimed', since: NOW - MINUTE, unhealthyFor: MINUTE, restarts: null },
      `Not running since Wednesday 28 January 2026, 23:59 UTC (1 minute). ${CAUSE}`,
    ],
    [
      { since: NOW, unhealthyFor: MINUTE - 1, restarts: null },
      `Not running since Thursday 29 January 2026, 00:00 UTC (0 minutes). ${CAUSE}`,
    ],
    [
      { notice: 'overdue', isOverdue: true },
      'Past its deadline of Thursday 15 January 2026, 00:00 UTC for 14 days.',
    ],
    [
      { notice: 'disabled', isOverdue: true },
      'Had outlived its deadline of Thursday 15 January 2026, 00:00 UTC by 14 days.',
    ],
  ])('%j: %s', (changes, sentence) => {
    expect(state(changes)).toBe(sentence);
  });

  it('stands with what it is, where, who else is notified, what happens and where to act', () => {
    const linked = { ...reader, links };
    expect(plain(JSON.stringify(entryOf(item(), linked, false)))).toBe(
      JSON.stringify({
        name: 'acmeCo/prod/orders-capture',
        acts: ['It is turned off on Thursday 5 February 2026, 00:00 UTC, in 7 days.'],
        state: state({}),
        where: 'Capture, data plane',
        plane: 'aws-eu-1',
        told: 'Also notified: team@acme.test.',
        links: [{ words: 'Review', url: 'https://page.test/d/L/acmeCo/prod/orders-capture-1' }],
      }),
    );
    // Of one alone both stand at the top of the mail.
    expect(entryOf(item(), linked, true)).toMatchObject({ acts: [], links: [] });
    expect(entryOf(item({ notice: 'recovered' }), linked, false).links).toEqual([]);
    expect(entryOf(item(), reader, false).links).toEqual([]);
  });

  it('names a plane of at most 128 characters, and one of no name as such', () => {
    const planeOf = (dataPlane: string) => entryOf(item({ dataPlane }), reader, false).plane;
    expect([...planeOf('p'.repeat(500))]).toHaveLength(128);
    expect(planeOf(' \u0007 ')).toBe('?');
    expect(planeOf('evil.com')).not.toContain('evil.com');
  });
});

describe('who else is notified', () => {
  const alsoNotified = (...addresses: string[]) => toldOf({ told: addresses }, reader);

  it('is nobody, or five by name and how many more', () => {
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `${name}@acme.test`);
    expect(alsoNotified()).toBe('Nobody else was notified.');
    expect(alsoNotified(...all.slice(0, 5))).toBe(`Also notified: ${all.slice(0, 5).join(', ')}.`);
    expect(alsoNotified(...all)).toBe(`Also notified: ${all.slice(0, 5).join(', ')} and 2 more.`);
  });

  it('is nobody of whom nothing can be seen, and no link', () => {
    expect(alsoNotified('\u200b', 'bo@acme.test')).toBe('Also notified: bo@acme.test.');
    expect(alsoNotified('www.evil.test')).not.toContain('www.evil.test');
    expect([...alsoNotified(`${'x'.repeat(400)}@acme`)]).toHaveLength('Also notified: .'.length + 254);
  });
});

describe('why somebody is notified', () => {
  const because = (why: MailWhy) => reasonsOf([item({ why })], reader);

  it.each<[MailWhy, string]>([
    [{ as: 'owner' }, 'own this task'],
    [
      { as: 'owner-by-rule', rule: { line: 1, pattern: 'acmeCo/"' } },
      'own this task by the rule "acmeCo/\\""',
    ],
    [{ as: 'subscriber', scope: 'acmeCo/' }, 'subscribed to "acmeCo/"'],
    [{ as: 'subscriber', scope: '' }, 'subscribed to all tasks'],
    [{ as: 'admin', scope: 'acmeCo/' }, 'are an admin of "acmeCo/"'],
    [{ as: 'admin', scope: '' }, 'are an admin of all tasks'],
    [
      { as: 'other' },
      'subscribed to this task, are an admin of this task, or were notified of this task before',
    ],
  ])('%j: because you %s', (why, reason) => {
    expect(because(why)).toEqual([`You get this because you ${reason}.`]);
  });

  const owner: MailWhy = { as: 'owner' };
  const admin: MailWhy = { as: 'admin', scope: 'acmeCo/' };

  it('is said once for all, of several tasks as such', () => {
    const items = [item({ why: owner }), item({ why: { ...owner } }), item()];
    expect(reasonsOf(items, reader)).toEqual(['You get this because you own these tasks.']);
    expect(reasonsOf([...items, item({ why: admin })], reader)).toHaveLength(2);
    expect(reasonsOf([item()], reader)).toEqual([]);
  });

  it('is one for the whole mail only where all have the same', () => {
    expect(oneReason([item({ why: owner }), item({ why: { ...owner } })])).toEqual(owner);
    expect(oneReason([item({ why: owner }), item({ why: admin })])).toBeUndefined();
    expect(oneReason([item({ why: owner }), item()])).toBeUndefined();
    expect(oneReason([item()])).toBeUndefined();
    expect(oneReason([])).toBeUndefined();
  });

  it('stands at the top where it is one, and else with each task', () => {
    expect(leadsOf([item({ why: owner, mode: 'notify' })], reader)).toEqual([
      'You get this because you own this task.',
    ]);
    expect(
      leadsOf([item({ why: owner, mode: 'notify' }), item({ why: admin, mode: 'notify' })], reader),
    ).toEqual([]);
    const alsoNotified = (why: MailWhy | undefined, hasReasons: boolean) =>
      entryOf(item({ told: [], ...(why && { why }) }), { ...reader, hasReasons }, false).told;
    expect(alsoNotified(owner, true)).toBe('You get this because you own it. Nobody else was notified.');
    expect(alsoNotified(owner, false)).toBe('Nobody else was notified.');
    expect(alsoNotified(undefined, true)).toBe('Nobody else was notified.');
  });
});

describe('the top of a mail', () => {
  const UNDOABLE = ['You can prevent it until then, and undo it afterwards.'];

  it.each<[string, Partial<MailItem>[], string[]]>([
    ['a date', [{}], UNDOABLE],
    ['a date among others', [{ mode: 'notify' }, {}], UNDOABLE],
    ['a deadline at which it is turned off', [{ notice: 'stopping' }], UNDOABLE],
    ['a deadline at which it is not', [{ notice: 'stopping', mode: 'notify' }], []],
    ['no date', [{ mode: 'notify' }, { notice: 'disabled' }], []],
    ['nothing that is to happen', [{ disableAt: null }], []],
  ])('of %s says whether that can be undone', (_what, all, leads) => {
    expect(leadsOf(all.map(item), reader)).toEqual(leads);
  });

  it('is what inboxes show: of one how long and why, of several their names', () => {
    const hidden = (items: MailItem[]) => plain(preheaderOf(items, reader));
    expect(hidden([])).toBe('');
    expect(hidden([item()])).toBe('Not running for 14 days: its shards failed.');
    expect(hidden([item({ notice: 'reminder' })])).toBe('Not running for 14 days: its shards failed.');
    expect(hidden([item({ isOverdue: true })])).toMatch(/^Past its deadline of/);
    expect(hidden([item({ notice: 'disabled' })])).toMatch(/^Had not run since 15 January 2026/);
    expect(hidden(many(2))).toBe('task-0001, task-0002');
    expect(hidden(many(7))).toBe('task-0001, task-0002, task-0003, task-0004, task-0005 and 2 more');
    expect(hidden([item({ task: 'a/evil.com' }), item({ task: 'a/b' })])).toBe('b and 1 more');
    expect(hidden([item({ task: 'a/evil.com' }), item({ task: 'a/b c' })])).toBe('');
  });
});

describe('the foot of a mail', () => {
  const ASK = 'Whom to ask: platform@acme.test';
  const SENT = 'Sent to ana@acme.test.';

  it('says whom to ask, what declining means, and to whom it was sent', () => {
    const reminder = item({ notice: 'reminder' });
    expect(notesOf(facts([item()]), english)).toEqual([ASK, SENT]);
    expect(notesOf(facts([item(), reminder]), english)).toEqual([ASK, english.declining.no, SENT]);
    expect(notesOf(facts([item(), reminder], { declined: true }), english)).toEqual([
      ASK,
      english.declining.yes,
      SENT,
    ]);
    expect(notesOf(facts([item()], { declined: true }), english)).toEqual([ASK, english.declining.yes, SENT]);
  });

  it('is of bounded length', () => {
    const [ask = '', sent = ''] = notesOf(
      facts([item()], { contact: 'c'.repeat(1_000), recipient: `${'x'.repeat(400)}@acme` }),
      english,
    );
    expect([...ask]).toHaveLength('Whom to ask: '.length + 300);
    expect([...sent]).toHaveLength('Sent to .'.length + 254);
  });

  it('leads to preferences, and to no more reminders where one may be declined', () => {
    const preferences = { words: 'Your preferences', url: links.preferences };
    const stop = { words: 'Stop reminders', url: links.unsubscribe };
    expect(footerLinksOf(facts([item()]), english)).toEqual([]);
    expect(footerLinksOf(facts([item()], { links }), english)).toEqual([preferences]);
    expect(footerLinksOf(facts([item(), item({ notice: 'reminder' })], { links }), english)).toEqual([
      preferences,
      stop,
    ]);
  });
});
