import { expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import {
  type AuditEntry,
  auditBesideFromRow,
  auditFromRow,
  auditWrite,
} from '../../../functions/store/audit.ts';
import { T0 } from '../abandonment/decide-builders.ts';
import { filledTable } from './filled-table.ts';

const KEEP: AuditEntry = {
  task: 'acmeCo/a',
  at: T0,
  act: 'keep',
  by: 'ana',
  reason: 'wait',
  evidence: { days: 3 },
  mails: [],
};

const { task: _, ...about } = KEEP;
const BESIDE: AuditEntry = { ...about, subject: 'operators' };

it.each<[string, Partial<AuditEntry>]>([
  ['by another person', { by: 'bob' }],
  ['for another reason', { reason: 'gone' }],
  ['with other evidence', { evidence: { days: 4 } }],
  ['of another kind', { act: 'snooze' }],
  ['a moment later', { at: T0 + 1 }],
])('an act stands beside one that is the same but for this: %s', async (_, more) => {
  for (const entry of [KEEP, BESIDE]) {
    const table = await filledTable();
    for (const [place, write] of [entry, { ...entry, ...more } as AuditEntry, entry]
      .map(auditWrite)
      .entries())
      await table.transact([write], `w${place}`);
    expect((await table.scan()).rows).toHaveLength(2);
  }
});

it('an act is found under its task, or what it is about, and kept for 400 days', async () => {
  const table = await filledTable(
    auditWrite(KEEP),
    auditWrite(BESIDE),
    auditWrite({ ...BESIDE, subject: 'recipients' }),
  );
  const ofTask = await table.query({ pk: 'T#acmeCo/a', sk: { prefix: 'L#2026-01-01T00:00:00.000Z#keep#' } });
  expect(ofTask.rows.map(auditFromRow)).toEqual([KEEP]);
  expect(ofTask.rows[0]).toMatchObject({ v: 1, ttl: (T0 + 400 * DAY) / 1_000 });
  const beside = async (pk: string) => (await table.query({ pk })).rows.map(auditBesideFromRow);
  expect(await beside('AUDIT#operators')).toEqual([BESIDE]);
  expect(await beside('AUDIT#recipients')).toEqual([{ ...BESIDE, subject: 'recipients' }]);
});
