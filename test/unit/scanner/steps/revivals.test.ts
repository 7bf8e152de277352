import { expect, it } from 'vitest';
import { DAY, type Instant } from '../../../../functions/abandonment/time.ts';
import { revivalsStep } from '../../../../functions/scanner/steps/revivals.ts';
import { keys } from '../../../../functions/store/keys.ts';
import {
  loadRecipient,
  newRecipient,
  type RecipientRecord,
  recipientWrite,
} from '../../../../functions/store/recipients.ts';
import { refusing } from '../../store/refusing-table.ts';
import { START as NOW, only, runStage } from '../run-stage.ts';

/** A stage with recipients who are suppressed, and when each is to be revived. */
async function stageOf(dead: Record<string, [Instant, RecipientRecord['dead']]>) {
  const stage = runStage();
  for (const [key, [until, how]] of Object.entries(dead))
    await stage.write(recipientWrite({ ...newRecipient(key, `${key}@acme.test`), dead: how }), {
      put: { ...keys.softDeath(until, key), v: 1 },
    });
  const take = async (spent = () => false) =>
    stage.take(revivalsStep, await stage.begin(), { budget: { spent } });
  const waiting = async () =>
    (await stage.rows({ pk: 'SOFT' })).map(({ sk }) => sk.slice(sk.lastIndexOf('#') + 1));
  const isDead = async (key: string) => (await loadRecipient(stage.table, key))?.dead != null;
  return { ...stage, take, waiting, isDead };
}

const softly = (until: Instant) => ({ reason: 'soft-bounce', at: NOW - 14 * DAY, until }) as const;

it('an address is revived when its time is over, and all that is open is evaluated', async () => {
  const stage = await stageOf({
    over: [NOW, softly(NOW)],
    long: [NOW - DAY, softly(NOW - DAY)],
    later: [NOW + 1, softly(NOW + 1)],
  });
  expect(await stage.take()).toMatchObject({ cursor: null, figures: only({ revived: 2 }) });
  expect([await stage.isDead('over'), await stage.isDead('long'), await stage.isDead('later')]).toEqual([
    false,
    false,
    true,
  ]);
  expect(await stage.waiting()).toEqual(['later']);
  expect((await stage.table.get(keys.look('ALL')))?.at).toBe(NOW);
});

it('an address that is suppressed for good by now stays so, and is not found again', async () => {
  const stage = await stageOf({ ana: [NOW, { reason: 'bounce', at: NOW - DAY }] });
  expect((await stage.take()).figures).toEqual({});
  expect([await stage.isDead('ana'), await stage.waiting()]).toEqual([true, []]);
});

it('what is over waits for the next scan where time is short', async () => {
  const stage = await stageOf({ ana: [NOW, softly(NOW)] });
  expect(await stage.take(() => true)).toMatchObject({ cursor: '0', figures: only({}) });
  expect([await stage.isDead('ana'), await stage.waiting()]).toEqual([true, ['ana']]);
});

it('one that cannot be written leaves its record, and keeps no other from being revived', async () => {
  const stage = await stageOf({ ana: [NOW - 1, softly(NOW - 1)], bob: [NOW, softly(NOW)] });
  stage.on(
    refusing(
      stage.system.table,
      (writes) => writes.some((write) => 'delete' in write && write.delete.sk.endsWith('#ana')),
      {
        times: 100,
        answer: { outcome: 'busy', reason: 'throttled' },
      },
    ),
  );
  expect((await stage.take()).figures).toEqual({ revived: 2, failed: 1 });
  expect(await stage.waiting()).toEqual(['ana']);
  expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ worker: 'scanner/revivals', item: 'SOFT' }]);
  expect(stage.logged.map(({ properties }) => JSON.stringify(properties)).join()).toContain(
    'the end of a death for a time',
  );
});
