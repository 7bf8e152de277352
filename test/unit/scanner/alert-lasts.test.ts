import { expect, it } from 'vitest';
import { lastsThisHour } from '../../../functions/scanner/alert-lasts.ts';
import type { Run } from '../../../functions/scanner/run.ts';
import { keys } from '../../../functions/store/keys.ts';
import { operatorAlert, operatorAlertFromRow } from '../../../functions/store/operator-alerts.ts';
import { failingFleet, T } from '../cli/cli-stage.ts';

const TASK = 'acmeCo/a';

/** What is asked of a disabling that fails, of a task whose episode is as given; and how often its row is read for that. */
async function asked(change: Record<string, unknown>) {
  const stage = await failingFleet([TASK]);
  await stage.scanOn(14);
  const row = (await stage.table.get(keys.task(TASK)))!;
  const put = { ...row, open: { ...(row.open as object), ...change } };
  await stage.table.transact([{ put }, operatorAlert('disable-failing', TASK, 'refused', T)], 'as-given');
  const alert = operatorAlertFromRow((await stage.table.get(keys.operatorAlert('disable-failing', TASK)))!);
  let reads = 0;
  const { get } = stage.table;
  stage.table.get = (key) => {
    if (key.pk === `T#${TASK}`) reads += 1;
    return get.call(stage.table, key);
  };
  const run = { system: stage.system, now: stage.system.clock.now(), before: undefined } as unknown as Run;
  return { lasts: await lastsThisHour(run, alert), reads };
}

it.each([
  [{ refusals: 1 }, true],
  [{}, false],
])(
  'a disabling that an owning system refused lasts while its episode does (%j), and its task is read once',
  async (change, lasts) => {
    expect(await asked(change)).toEqual({ lasts, reads: 1 });
  },
);
