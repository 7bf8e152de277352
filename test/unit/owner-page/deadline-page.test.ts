import { expect, it } from 'vitest';
import { readable } from '../notices/render/render-builders.ts';
import { type OwnerStage, onDay, ownerStage } from './owner-stage.ts';

const ANA = 'ana@acme.test';
const JOB = 'acmeCo/job';

/** A job that runs since `T` and is to end on day 3, announced on day 2. */
async function announced(atDeadline = 'disable'): Promise<OwnerStage> {
  const policy = ['stage=disable', 'evidenceMaxAge=365d', 'scanEvery=30d', 'failAfter=3d', 'stopNotice=1d'];
  const stage = await ownerStage(['acmeCo/other'], policy);
  await stage.taskwarden(['policy', 'set', '--yes', 'global', `atDeadline=${atDeadline}`]);
  const startedAt = '2026-01-01T00:00:00Z';
  await stage.add(JOB, { kind: 'job', startedAt, shards: undefined, lastPrimaryAt: undefined });
  await stage.scanOn(2);
  stage.setNow(onDay(2.25));
  return stage;
}

const text = ({ body }: { body?: string | undefined }) => readable(body ?? '');

it('says when a task is to end, and what happens then', async () => {
  const stage = await announced();
  const page = text(await stage.get(stage.linkTo(ANA)));
  expect(page).toContain('Its deadline is Sunday 4 January 2026, 00:00 UTC, in 18 hours.');
  expect(page).toContain('It is turned off if it still runs then.');
  const alerting = await announced('alert');
  expect(text(await alerting.get(alerting.linkTo(ANA)))).not.toContain('turned off if it still runs');
});

it('keeps it beyond its deadline, and lets nobody turn it off before that', async () => {
  const stage = await announced();
  const link = stage.linkTo(ANA);
  expect(text(await stage.get(link))).not.toContain('Turn it off now');
  expect((await stage.post(link, { action: 'disable' })).statusCode).toBe(409);
  expect((await stage.post(link, { action: 'snooze', days: '5' })).statusCode).toBe(303);
  expect(text(await stage.get(link))).toContain('Snoozed until');
  await stage.scanOn(4);
  expect((await stage.taskwarden(['alerts', 'list', '--json'])).json).toEqual([]);
});

it('offers to turn a task off that is past its deadline, by either mail', async () => {
  const stage = await announced('alert');
  const before = stage.linkTo(ANA);
  await stage.scanOn(4);
  const page = text(await stage.get(stage.linkTo(ANA)));
  expect(page).toContain('It is past its deadline. No date is announced for turning it off.');
  expect(page).toContain('Deadline Sunday 4 January 2026, 00:00 UTC (1 day ago)');
  expect(text(await stage.get(before))).toContain('It is past its deadline.');
  expect((await stage.post(before, { action: 'disable' })).statusCode).toBe(303);
  await stage.scanOn(5);
  expect(text(await stage.get(before))).toContain('It was turned off on');
});
