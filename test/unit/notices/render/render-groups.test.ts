import { describe, expect, it } from 'vitest';
import type { List } from '../../../../emails/digest.ts';
import { english } from '../../../../emails/english.ts';
import { DAY } from '../../../../functions/abandonment/time.ts';
import { byDate } from '../../../../functions/notices/render/render-groups.ts';
import type { Reader } from '../../../../functions/notices/render/wording-items.ts';
import type { MailItem } from '../../../../functions/notices/send/digest-facts.ts';
import { at, item, many } from './render-builders.ts';

const DUE = at('2026-02-05T00:00:00Z');
const LAST = at('2026-03-01T12:00:00Z');
const reader: Reader = { now: at('2026-01-29T00:00:00Z'), zone: 'UTC', words: english };

/** Items of one group, as they are told: without the spaces that do not break. */
function told(
  items: MailItem[],
  { hasHeading = true, of = reader }: { hasHeading?: boolean; of?: Reader } = {},
) {
  const { alone, lists } = byDate(items, of, hasHeading);
  return { alone, lists: JSON.parse(JSON.stringify(lists).replaceAll('\u00a0', ' ')) as List[] };
}
const kindsOf = (items: MailItem[], more?: Parameters<typeof told>[1]) =>
  told(items, more).lists.flatMap(({ kinds }) => kinds);

const FAILED = 'Not running since 15 January 2026; at most 37 restarts of each.';
const WHERE = 'Capture, data plane "aws-eu-1"';
const TOLD = 'Also notified: team@acme.test.';

describe('tasks that share a date', () => {
  it('are told together: the date, the cause, what they have in common, and their names', () => {
    expect(told(many(2))).toEqual({
      alone: [],
      lists: [
        {
          dates: ['On Thursday 5 February 2026, 00:00 UTC, in 7 days'],
          kinds: [
            {
              causes: ['Their shards failed (2)'],
              facts: [FAILED, WHERE, TOLD],
              folders: [
                {
                  heading: 'Under "acmeCo/prod/":',
                  rest: 'task-0001, task-0002',
                  names: 'task-0001,\ntask-0002',
                  // Nine characters and a comma, each of 0.62 em.
                  wide: '7',
                },
              ],
              inFull: [],
            },
          ],
        },
      ],
    });
  });

  it('are told apart from those of other dates, and one that shares none by itself', () => {
    const [first, second, third, fourth, fifth] = many(5);
    const later = DUE + DAY;
    const items = [
      first!,
      { ...second!, disableAt: later },
      third!,
      { ...fourth!, disableAt: later + DAY },
      { ...fifth!, disableAt: later },
    ];
    const { alone, lists } = told(items);
    expect(alone).toEqual([items[3]]);
    expect(lists.map(({ dates, kinds }) => [dates[0]?.slice(0, 21), kinds[0]?.folders[0]?.rest])).toEqual([
      ['On Thursday 5 Februar', 'task-0001, task-0003'],
      ['On Friday 6 February ', 'task-0002, task-0005'],
    ]);
  });

  const past = (changes: Partial<MailItem>) => many(2, { disableAt: null, ...changes });
  const HAD = 'Had not run since 15 January 2026; at most 37 restarts of each.';

  it.each<[string, MailItem[], string[], string[], string[]]>([
    ['are failing', many(2, { mode: 'notify' }), [], ['Their shards failed (2)'], [FAILED, WHERE, TOLD]],
    [
      'were turned off',
      past({ notice: 'disabled', disabledAt: DUE, restorableUntil: LAST }),
      ['On 5 February 2026'],
      ['Their shards failed (2)'],
      [HAD, 'Until 1 March 2026 it can be turned on again as it was.', WHERE, TOLD],
    ],
    [
      'are still off',
      past({ notice: 'still-off', disabledAt: DUE, restorableUntil: LAST }),
      ['Can be turned on again as they were for another 31 days, until Sunday 1 March 2026, 12:00 UTC'],
      ['Their shards failed (2)'],
      [HAD, WHERE, TOLD],
    ],
    [
      'were turned on again',
      past({ notice: 'enabled', enabledAt: DUE, resolvedReason: 'policy' }),
      ['On 5 February 2026'],
      ['Each: the policy changed (2)'],
      [WHERE, TOLD],
    ],
    [
      'run again',
      past({ notice: 'recovered', resolvedReason: 'recovered' }),
      [],
      ['Each: it is running again (2)'],
      [WHERE, TOLD],
    ],
    [
      'are withdrawn for no reason that is known',
      past({ notice: 'withdrawn' }),
      [],
      ['Announced dates that no longer hold (2)'],
      [WHERE, TOLD],
    ],
    [
      'are past their deadline',
      many(2, { notice: 'overdue', mode: 'notify', isOverdue: true }),
      [],
      ['Past their deadline (2)'],
      ['Deadline on 15 January 2026.', WHERE, TOLD],
    ],
    [
      'come to their deadline',
      many(2, { notice: 'stopping' }),
      ['On Thursday 5 February 2026, 00:00 UTC, in 7 days'],
      ['Deadlines ahead (2)'],
      [WHERE, TOLD],
    ],
    [
      'are not theirs',
      past({ notice: 'disclaimed', disclaimed: { by: 'bo@acme.test' } }),
      [],
      ['bo@acme.test said that they are not theirs, and named nobody instead (2)'],
      [WHERE, TOLD],
    ],
  ])('and %s', (_what, items, dates, causes, facts) => {
    const [list] = told(items).lists;
    expect(list?.dates).toEqual(dates);
    expect(list?.kinds.map((kind) => [kind.causes, kind.facts])).toEqual([[causes, facts]]);
  });

  it.each<[string, Partial<MailItem>, string[]]>([
    ['withdrawn', { notice: 'withdrawn', disableAt: null }, []],
    ['deadlines', { notice: 'stopping' }, []],
    ['overdue', { notice: 'overdue', isOverdue: true }, []],
    [
      'of a reason',
      { notice: 'withdrawn', disableAt: null, resolvedReason: 'kept' },
      ['Each: it was marked to be kept (2)'],
    ],
    ['of a cause', {}, ['Their shards failed (2)']],
  ])(
    'and are all of a mail (%s) are not counted again under what its subject says',
    (_what, changes, causes) => {
      expect(kindsOf(many(2, changes), { hasHeading: false })[0]?.causes).toEqual(causes);
    },
  );

  it('but are where the mail has more than them', () => {
    const changes = { notice: 'stopping' } as const;
    const two = [...many(2, changes), ...many(2, { ...changes, disableAt: LAST })];
    expect(kindsOf(two, { hasHeading: false }).map(({ causes }) => causes)).toEqual([
      ['Deadlines ahead (2)'],
      ['Deadlines ahead (2)'],
    ]);
  });

  it('are told by what each of them failed of, in the order in which they come', () => {
    const [first, second, third] = many(3);
    const kinds = kindsOf([{ ...first!, cause: 'idle' }, second!, { ...third!, cause: 'idle' }], {
      hasHeading: false,
    });
    expect(kinds.map(({ causes }) => causes)).toEqual([
      ['Their shards are idle (2)'],
      ['Their shards failed (1)'],
    ]);
  });

  it.each<Partial<MailItem>>([{ notice: 'stopping' }, { notice: 'overdue', isOverdue: true }])(
    'are one kind where they have a deadline, whatever they failed of (%j)',
    (changes) => {
      const [first, second] = many(2, changes);
      expect(kindsOf([{ ...first!, cause: 'idle' }, second!])).toHaveLength(1);
    },
  );

  it('say what they are where only some of them have a reason', () => {
    const [first, second] = many(2, { notice: 'withdrawn', disableAt: null });
    const kinds = kindsOf([first!, { ...second!, resolvedReason: 'kept' }], { hasHeading: false });
    expect(kinds.map(({ causes }) => causes)).toEqual([
      ['Announced dates that no longer hold (1)'],
      ['Each: it was marked to be kept (1)'],
    ]);
  });

  it('are told by who disclaimed them, and for what reason they hold no more', () => {
    const [first, second] = many(2, { notice: 'disclaimed', disableAt: null });
    const by = (of: MailItem | undefined, name: string) => ({
      ...of!,
      disclaimed: { by: `${name}@acme.test` },
    });
    expect(kindsOf([by(first, 'bo'), by(second, 'cy')])).toHaveLength(2);
    expect(kindsOf([by(first, 'bo'), by(second, 'bo')])).toHaveLength(1);
    const [third, fourth] = many(2, { notice: 'withdrawn', disableAt: null });
    expect(
      kindsOf([
        { ...third!, resolvedReason: 'kept' },
        { ...fourth!, resolvedReason: 'policy' },
      ]),
    ).toHaveLength(2);
  });
});

describe('what several tasks have in common', () => {
  const factsOf = (changes: Partial<MailItem>[], of = reader) =>
    kindsOf(
      many(changes.length).map((each, place) => ({ ...each, ...changes[place] })),
      { of },
    )[0]?.facts ?? [];

  it('is the first and the last day, and the most restarts of those that are counted', () => {
    const since = (days: number) => ({ since: at('2026-01-10T00:00:00Z') + days * DAY });
    expect(
      factsOf([
        { ...since(2), restarts: 1 },
        { ...since(0), restarts: 4 },
        { ...since(1), restarts: null },
      ])[0],
    ).toBe('Not running since days between 10 January 2026 and 12 January 2026; at most 4 restarts of each.');
    expect(factsOf([{ restarts: null }, { restarts: null }])[0]).toBe('Not running since 15 January 2026.');
  });

  it('is what they are and where: three planes by name, in order, and how many more', () => {
    const planes = ['p4', 'p1', 'p3', 'p1', 'p2'].map((dataPlane) => ({ dataPlane }));
    expect(factsOf([{ kind: 'materialization' }, ...planes.slice(1)])[1]).toMatch(
      /^Capture, Materialization, /,
    );
    expect(factsOf(planes)[1]).toBe('Capture, data planes "p1", "p2", "p3" and 1 more');
    expect(factsOf(planes.slice(1, 4))[1]).toBe('Capture, data planes "p1", "p3"');
    expect(factsOf([{ dataPlane: '' }, { dataPlane: '' }])[1]).toBe('Capture, data plane "?"');
    expect(factsOf([{ dataPlane: 'p'.repeat(300) }, { dataPlane: 'p'.repeat(300) }])[1]).toHaveLength(
      'Capture, data plane ""'.length + 128,
    );
  });

  it('is each of the others who are notified, once, in order', () => {
    expect(factsOf([{ told: ['cy@acme.test', 'bo@acme.test'] }, { told: ['bo@acme.test'] }]).at(-1)).toBe(
      'Also notified: bo@acme.test, cy@acme.test.',
    );
  });

  it('is why their reader is notified, where that is not one reason for the whole mail: three at most', () => {
    const whys = ['a/', 'b/', 'c/', 'd/'].map((scope) => ({ why: { as: 'admin', scope } as const }));
    const reasons = (of: Reader) => factsOf(whys, of).filter((fact) => fact.startsWith('You get this'));
    expect(reasons(reader)).toEqual([]);
    expect(reasons({ ...reader, hasReasons: true })).toEqual(
      ['a/', 'b/', 'c/'].map((scope) => `You get this because you are an admin of "${scope}".`),
    );
  });

  it('is until when each can be turned on again, once', () => {
    const off = (restorableUntil: number) =>
      ({ notice: 'disabled', disableAt: null, disabledAt: DUE, restorableUntil }) as const;
    const undo = factsOf([off(LAST), off(LAST), off(LAST + DAY)]).filter((fact) => fact.startsWith('Until'));
    expect(undo.map((fact) => fact.slice(0, 18))).toEqual(['Until 1 March 2026', 'Until 2 March 2026']);
  });
});

describe('the names of several tasks', () => {
  const namesOf = (...names: string[]) => {
    const [kind] = kindsOf(names.map((task) => item({ task })));
    return {
      folders: kind?.folders.map(({ heading, rest }) => [heading, rest]),
      inFull: kind?.inFull.flatMap(({ names }) => names),
    };
  };

  it('stand behind what they have in common, in order', () => {
    expect(namesOf('b/y/2', 'a/x', 'b/y/1', 'a/w')).toEqual({
      folders: [
        ['Under "a/":', 'w, x'],
        ['Under "b/y/":', '1, 2'],
      ],
      inFull: [],
    });
  });

  it.each([
    ['alone there', ['a/x', 'a/y', 'b/z'], ['b/z']],
    ['without anything in common', ['x', 'y'], ['x', 'y']],
    ['more than one word', ['a/x 1', 'a/x 2'], ['a/x 1', 'a/x 2']],
    ['not as they are shown', ['a/x\u200b', 'a/y\u200b'], ['a/x', 'a/y']],
    ['too long to be shown', [`${'f'.repeat(600)}/x`, `${'f'.repeat(600)}/y`], undefined],
    ['what may become links', ['evil.com/x', 'evil.com/y'], undefined],
  ])('stand in full where they are %s', (_what, names, inFull) => {
    const { folders, inFull: shown } = namesOf(...names);
    expect(folders).toHaveLength(names.length - (inFull ?? names).length > 0 ? 1 : 0);
    if (inFull) expect(shown).toEqual(inFull);
    else expect(shown).toHaveLength(names.length);
    for (const name of shown ?? []) expect(name).not.toContain('evil.com');
  });

  it('stand in columns that are wide enough for the longest', () => {
    const [kind] = kindsOf(['a/x', `a/${'y'.repeat(9)}`, 'a/z'].map((task) => item({ task })));
    expect(kind?.folders[0]?.wide).toBe('7');
  });

  it('end no quotes', () => {
    expect(namesOf('a"b/x', 'a"b/y').folders).toEqual([['Under "a\\"b/":', 'x, y']]);
  });
});
