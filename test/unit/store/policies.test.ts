import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import {
  documentOf,
  loadNoted,
  loadPolicies,
  loadPolicyDocuments,
  loadWritten,
  type Noted,
  policyWrite,
  restoredWrite,
} from '../../../functions/store/policies.ts';
import { apply, queriesOf, tableWith } from './applied.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const NOW = T + DAY;
const noted = (more: Partial<Noted> = {}): Noted => ({ raisedAt: null, movedAt: null, ...more });

describe('the policy of a scope', () => {
  it('stands under its scope, with when its mode rose and its deadlines moved', async () => {
    const table = await tableWith(
      policyWrite('', { mode: 'notify' }),
      policyWrite('acmeCo/', { mode: 'disable', failAfter: '2h' }, noted({ raisedAt: T, movedAt: T + 1 })),
    );
    const policies = await loadPolicies(table);
    expect(policies.for('other/a')).toMatchObject({ mode: 'notify', modeRaisedAt: null });
    expect(policies.for('acmeCo/a')).toMatchObject({
      mode: 'disable',
      modeRaisedAt: T,
      deadlinesMovedAt: T + 1,
    });
    expect(policyWrite('acmeCo/', { mode: 'notify' })).toEqual({
      put: { pk: 'POLICY', sk: 'S#acmeCo/', v: 1, scope: 'acmeCo/', document: { mode: 'notify' } },
    });
  });

  it('is gone where it says nothing any more', async () => {
    const table = await tableWith(policyWrite('acmeCo/', { mode: 'notify' }));
    await apply(table, policyWrite('acmeCo/', {}));
    expect((await table.scan()).rows).toEqual([]);
  });

  it.each<[string, Partial<Noted>]>([
    ['its mode rose', { raisedAt: T }],
    ['its deadlines moved', { movedAt: T }],
    ['the table was restored', { restoredAt: T }],
  ])('stays, and is not listed, where it says nothing and it is to be known when %s', async (_, instants) => {
    const table = await tableWith(policyWrite('', {}, noted(instants)));
    expect((await table.scan()).rows).toMatchObject([{ document: {}, ...instants }]);
    expect(await loadPolicyDocuments(table)).toEqual(new Map());
    expect((await loadWritten(table)).rows.size).toBe(1);
  });

  it('is read by the names that keys have today', () => {
    const row = { pk: 'POLICY', sk: 'S#', document: { stage: 'notify', warnAfter: '3d' } };
    expect(documentOf(row)).toEqual({ mode: 'notify', warnAfter: '3d' });
  });
});

describe('all policies', () => {
  it('are listed as they were written', async () => {
    const table = await tableWith(
      policyWrite('', { mode: 'notify' }),
      policyWrite('acmeCo/', { warnAfter: '3d' }),
    );
    expect(await loadPolicyDocuments(table)).toEqual(
      new Map<string, object>([
        ['', { mode: 'notify' }],
        ['acmeCo/', { warnAfter: '3d' }],
      ]),
    );
  });

  it('are read as they stand at that moment, and made ready once as long as they stay the same', async () => {
    const table = await tableWith(policyWrite('', { mode: 'notify' }));
    const asked = queriesOf(table);
    const book = await loadPolicies(table);
    expect(await loadPolicies(table)).toBe(book);
    expect(asked.map(({ consistent }) => consistent)).toEqual([true, true]);
  });

  it.each<[string, Parameters<typeof policyWrite>]>([
    ['what a scope says', ['', { mode: 'disable' }, noted({ raisedAt: T, movedAt: T, restoredAt: T })]],
    ['when a mode rose', ['', { mode: 'notify' }, noted({ raisedAt: T + 1, movedAt: T, restoredAt: T })]],
    [
      'when a deadline moved',
      ['', { mode: 'notify' }, noted({ raisedAt: T, movedAt: T + 1, restoredAt: T })],
    ],
    [
      'when the table was restored',
      ['', { mode: 'notify' }, noted({ raisedAt: T, movedAt: T, restoredAt: T + 1 })],
    ],
  ])('are made ready anew where %s changes', async (_, change) => {
    const before = noted({ raisedAt: T, movedAt: T, restoredAt: T });
    const table = await tableWith(policyWrite('', { mode: 'notify' }, before));
    const book = await loadPolicies(table);
    await apply(table, policyWrite(...change));
    const changed = await loadPolicies(table);
    expect(changed).not.toBe(book);
    const [, , record] = change;
    expect(changed).toMatchObject({ restoredAt: record?.restoredAt });
    expect(changed.global).toMatchObject({
      modeRaisedAt: record?.raisedAt,
      deadlinesMovedAt: record?.movedAt,
    });
  });

  it('know of no restoring where none was', async () => {
    expect(
      (await loadPolicies(await tableWith(policyWrite('acmeCo/', { mode: 'notify' })))).restoredAt,
    ).toBeUndefined();
  });
});

describe('what is to be noted of a change', () => {
  const filled = () =>
    tableWith(
      policyWrite('', { mode: 'notify' }, noted({ restoredAt: T })),
      policyWrite('beta/', { warnAfter: '3d' }),
      policyWrite(
        'acmeCo/',
        { mode: 'disable', failAfter: '2h', stopNotice: '1h' },
        noted({ raisedAt: T, movedAt: T }),
      ),
    );

  it.each<[string, string, Record<string, unknown>, Noted]>([
    ['a mode that rises', 'other/', { mode: 'disable' }, noted({ raisedAt: NOW })],
    ['one that rises under its older name', 'other/', { stage: 'disable' }, noted({ raisedAt: NOW })],
    ['one that does not rise', 'other/', { mode: 'notify' }, noted()],
    [
      'a mode that stays',
      'acmeCo/',
      { mode: 'disable', failAfter: '2h', stopNotice: '1h' },
      noted({ raisedAt: T, movedAt: T }),
    ],
    [
      'one that is lowered, for it rose before',
      'acmeCo/',
      { mode: 'notify', failAfter: '2h', stopNotice: '1h' },
      noted({ raisedAt: T, movedAt: T }),
    ],
    [
      'a time to end that changes',
      'acmeCo/',
      { mode: 'disable', failAfter: '3h', stopNotice: '1h' },
      noted({ raisedAt: T, movedAt: NOW }),
    ],
    [
      'an announcement that changes',
      'acmeCo/',
      { mode: 'disable', failAfter: '2h', stopNotice: '2h' },
      noted({ raisedAt: T, movedAt: NOW }),
    ],
    ['both taken away', 'acmeCo/', { mode: 'disable' }, noted({ raisedAt: T, movedAt: NOW })],
    ['a time to end that is new', 'other/', { failAfter: '2h' }, noted({ movedAt: NOW })],
    ['neither', 'other/', { warnAfter: '2h' }, noted()],
    ['the global scope, which knows of the restoring', '', { mode: 'notify' }, noted({ restoredAt: T })],
    ['the global mode that rises', '', { mode: 'disable' }, noted({ raisedAt: NOW, restoredAt: T })],
    [
      'a scope that said something else',
      'beta/',
      { warnAfter: '3d', mode: 'disable' },
      noted({ raisedAt: NOW }),
    ],
    ['a scope within one whose mode rose', 'acmeCo/prod/', { mode: 'disable' }, noted({ raisedAt: T })],
  ])('%s', async (_, scope, document, expected) => {
    expect(await loadNoted(await filled(), scope, document, NOW)).toEqual(expected);
  });

  it('does not rest on what else is stored: a policy that is not valid can be mended', async () => {
    const broken = await tableWith(
      policyWrite('acmeCo/', { warnAfter: 'soon', mode: 'disable' }, noted({ raisedAt: T })),
    );
    expect(await loadNoted(broken, 'acmeCo/', { mode: 'disable' }, NOW)).toEqual(noted({ raisedAt: T }));
    await expect(loadPolicies(broken)).rejects.toThrow('stored policy of scope "acmeCo/" is not valid');
  });
});

describe('a table that was restored', () => {
  it('has that noted beside the global policy, which stays as it is', async () => {
    const before = await tableWith(
      policyWrite('', { mode: 'disable' }, noted({ raisedAt: T, movedAt: T + 1 })),
    );
    await apply(before, restoredWrite(await loadWritten(before), NOW));
    expect(await loadWritten(before)).toMatchObject({
      documents: new Map([['', { mode: 'disable' }]]),
      raises: new Map([['', T]]),
      moves: new Map([['', T + 1]]),
      restoredAt: NOW,
    });
  });

  it('has it noted where there is no global policy', async () => {
    const table = await tableWith(
      policyWrite('acmeCo/', { mode: 'notify' }, noted({ raisedAt: T, movedAt: T })),
    );
    await apply(table, restoredWrite(await loadWritten(table), NOW));
    expect((await loadPolicies(table)).restoredAt).toBe(NOW);
    expect(await table.get({ pk: 'POLICY', sk: 'S#' })).toMatchObject({ document: {}, restoredAt: NOW });
    expect((await loadWritten(table)).raises).toEqual(new Map([['acmeCo/', T]]));
  });
});
