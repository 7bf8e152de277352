import { expect, it } from 'vitest';
import type { Disabling } from '../../../functions/abandonment/task.ts';
import { DAY } from '../../../functions/abandonment/time.ts';
import { sendDisable, sendEnable } from '../../../functions/scanner/dispatch.ts';
import { dueTask } from './due-task.ts';
import { START as NOW, runStage } from './run-stage.ts';

const asker = { by: 'run', run: 'r', disableAt: NOW } as const;

/** What is sent and written of a task, whose disabling stands as given. */
async function sent(disabling: Partial<Disabling> | undefined) {
  const stage = runStage();
  const way =
    disabling && ({ state: 'queued', asker, queuedAt: NOW, attempts: 0, ...disabling } as Disabling);
  await stage.tasks(dueTask('acmeCo/a', way ? { open: { disabling: way } } : {}));
  const run = await stage.begin();
  await sendDisable(run, await stage.task());
  await sendEnable(run, await stage.task());
  return [stage.sent.length, stage.writes.length];
}

it('what was queued with this scan is sent, and not written once more', async () => {
  expect(await sent({})).toEqual([1, 0]);
  expect(await sent({ queuedAt: NOW - 1 })).toEqual([1, 1]);
});

it('what is not on its way, or was refused, is not sent', async () => {
  expect(await sent(undefined)).toEqual([0, 0]);
  const refused = { at: NOW - DAY, reason: 'locked', version: 7, fingerprint: 'f' };
  expect(await sent({ state: 'refused', refused, queuedAt: NOW - DAY } as Partial<Disabling>)).toEqual([
    0, 0,
  ]);
});
