import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENT_REFUSALS } from '../../../functions/work/failure-names.ts';
import { hour, publication, stage } from './stage.ts';

it('what is out of bounds is refused for reasons that stand in the runbook', () => {
  const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
  for (const reason of EVENT_REFUSALS) expect(runbook).toContain(`\`${reason}\``);
});

describe('an instant', () => {
  it.each([
    ['observations', 'Shards Observed', { dataPlane: 'eu-1', tasks: [] }, 'observedAt'],
    ['counts', 'Restarts Counted', { totals: [] }, 'at'],
    ['reports', 'Data Plane Reported', { dataPlane: 'eu-1', state: 'up' }, 'at'],
  ])('of %s reaches 400 days back and 15 minutes ahead, both inclusive', async (_, type, detail, key) => {
    const s = await stage();
    const reason = async (hours: number) =>
      (await s.ingest(type, { ...detail, [key]: hour(hours) })).reason.split(':')[0];
    expect(await reason(2_400 - 400 * 24 - 0.01)).toBe('too-old');
    expect(await reason(2_400 - 400 * 24)).not.toBe('too-old');
    expect(await reason(2_400.25)).not.toBe('from-the-future');
    expect(await reason(2_400.26)).toBe('from-the-future');
  });

  it('of a task may lie decades back, but not before 1970', async () => {
    const s = await stage();
    const old = { createdAt: '1970-01-01T00:00:00Z', enabledAt: '1971-01-01T00:00:00Z' };
    expect((await s.ingest('Task Published', publication(old))).outcome).toBe('done');
    const older = { id: 'acmeCo/b', createdAt: '0000-01-01T00:00:00+23:59' };
    expect(await s.ingest('Task Published', publication(older))).toMatchObject({
      outcome: 'dead-letter',
      reason: expect.stringContaining('lies before 1970'),
    });
  });
});

it('names the first ten problems of an event, and how many there are', async () => {
  const s = await stage();
  const owners = Array.from({ length: 500 }, (_, place) => `o ${place}`);
  const { reason } = await s.ingest('Task Published', publication({ owners }));
  expect(reason).toMatch(
    /^malformed: 500 problems; task\.owners\[0\] \(a text of 3 characters\) is no mail address/,
  );
  expect(reason).not.toContain('owners[10]');
  expect(reason.length).toBeLessThanOrEqual(1_000);
});
