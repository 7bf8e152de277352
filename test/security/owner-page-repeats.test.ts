import { expect, test } from 'vitest';
import { DAY } from '../../functions/abandonment/time.ts';
import { T } from '../unit/cli/cli-stage.ts';
import { ownerStage } from '../unit/owner-page/owner-stage.ts';

const ANA = 'ana@acme.test';
const TASK = 'acmeCo/prod/orders';

/**
 * Attack: whoever has a link posts its form again and again. Wanted: a request to the owning system and an audit row each
 * time (before: one of each for every post).
 */
test('an undo is one act, however often its link is posted', async () => {
  const stage = await ownerStage([TASK]);
  await stage.scanOn(14);
  await stage.scanOn(21);
  const published: string[] = [];
  const events = { publish: async (type: string) => void published.push(type) };
  Object.assign(stage.system, { events, config: { ...stage.system.config, controlPlane: 'fed' } });
  const link = stage.linkTo(ANA);
  for (let post = 0; post < 50; post += 1) {
    stage.setNow(T + 22 * DAY + post * 60_000);
    const { statusCode, headers } = await stage.post(link, { action: 'undo' });
    expect([statusCode, String(headers?.location).endsWith('?done=asked')]).toEqual([303, true]);
  }
  expect(published.filter((type) => type === 'Task Enable Requested')).toHaveLength(1);
  expect((await stage.dump()).filter((row) => row.includes('"act":"enabled"'))).toHaveLength(1);
});

test.each([
  ['keep', { action: 'keep', until: '2026-02-10' }],
  ['snooze', { action: 'snooze', days: '7' }],
])('so is a %s', async (_, form) => {
  const stage = await ownerStage([TASK]);
  await stage.scanOn(14);
  const link = stage.linkTo(ANA);
  for (let post = 0; post < 50; post += 1) {
    stage.setNow(T + 15 * DAY + post * 1_000);
    expect((await stage.post(link, form)).statusCode).toBe(303);
  }
  const audited = (await stage.dump()).filter((row) => row.includes(`"act":"${form.action}"`));
  expect(audited).toHaveLength(1);
});
