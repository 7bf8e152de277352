import { expect, it } from 'vitest';
import { recordable } from '../../functions/platform/recorded-text.ts';
import { ingestStage, published, seen } from './ingest-stage.ts';

/** Forms of one address; none of them may be found where nobody may look for one. */
const FORMS = [
  'hidden-victim@acme.test',
  'HIDDEN-VICTIM@ACME.TEST',
  '"hidden-victim"@acme.test',
  'Victim <hidden-victim@acme.test>',
  'hidden-victim@acme.test\nBcc: hidden-victim@evil.test',
  'hidden-victim＠acme.test',
  `${'x'.repeat(300)}hidden-victim@acme.test`,
  `hidden-victim@${'y'.repeat(300)}.test`,
  'mailto:hidden-victim@acme.test?subject=x',
];

/** All that operators, logs, metrics and dead letters were told, and the rows of failures and alerts. */
async function everythingWritten(s: Awaited<ReturnType<typeof ingestStage>>): Promise<string> {
  const { rows } = await s.rows();
  const records = rows.filter(({ pk }) => /^(OOPS|W#|OPERATORS|BREAKER|REFUSED|META|AUDIT)/.test(pk));
  expect(records.length).toBeGreaterThan(10);
  return JSON.stringify([s.logged, s.metrics, s.deadLetters, s.alerts, records]);
}

it('no address is told by what a run over hostile addresses wrote', async () => {
  const s = await ingestStage();
  for (const form of FORMS) {
    await s.say('Task Published', published('eveCo/a', { owners: [form, 7] }));
    await s.say('Task Published', published('eveCo/a', { kind: form, dataPlane: form, enabled: form }));
    await s.say('Task Published', published(`eveCo/${form}`, { version: 2e15 }));
    await s.say('Task Published', published(`otherCo/${form}`));
    await s.say('Task Published', { ...published('eveCo/a'), by: form, publishedAt: form });
    await s.say('Task Deleted', { task: form, at: form, taskVersion: form });
    await s.say(
      'Shards Observed',
      seen(s.at(0), [
        [form, form],
        [`otherCo/${form}`, 'FAILED'],
      ]),
    );
    await s.say('Shards Observed', { ...seen(s.at(0), []), dataPlane: form, observedAt: form });
    await s.say('Restarts Counted', { at: s.at(0), totals: [{ task: form, total: form }, form] });
    await s.say('Data Plane Reported', { dataPlane: form, state: form, at: s.at(0), since: form });
    await s.say('Task Disabled', { task: 'eveCo/a', taskVersion: 2, at: s.at(0), requestId: form, by: form });
    await s.say(form, {});
    await s.say('Task Published', published('eveCo/a'), form);
    await s.say('Task Published', published('eveCo/a'), 'eve', { id: form });
    await s.say('Task Published', published('eveCo/a'), 'acme', { id: form, 'detail-type': form });
    await s.say('Task Published', {}, 'eve', { account: form, source: [form] });
  }
  await s.minutes(60);
  const text = await everythingWritten(s);
  expect(text.toLowerCase()).not.toContain('hidden-victim');
  expect(text).not.toMatch(/[a-z]@[a-z]/i);
});

it('no address is told where a call to the table fails with one in its words', async () => {
  const s = await ingestStage();
  await s.say('Task Published', published('eveCo/a'));
  const { transact } = s.table;
  s.table.transact = async (writes, writer) => {
    if (JSON.stringify(writes).includes('"T#eveCo/'))
      throw new Error('cannot store {"owners":["hidden-victim@acme.test"]}');
    return transact.call(s.table, writes, writer);
  };
  for (let place = 0; place < 10; place += 1) {
    await s.say('Shards Observed', seen(s.at(0), [['eveCo/a', 'FAILED']]));
    await s.say('Task Published', published('eveCo/a', { version: 2, owners: ['hidden-victim@acme.test'] }));
  }
  await s.minutes(30);
  expect((await everythingWritten(s)).toLowerCase()).not.toContain('hidden-victim');
});

it.each([
  '"hidden victim"@acme.test',
  '"hidden@x victim"@acme.test',
  'hidden-victim @ acme.test',
  'hidden-victim\t@\n acme.test',
  'owners: ["hidden-victim" @acme.test]',
  'hidden-victim%40acme.test',
  'hidden-victim&#64;acme.test',
  'hidden-victim\\u0040acme.test',
  'hidden-victim=40acme.test',
])('no form of an address is left in what is recorded: %j', (form) => {
  expect(recordable(`refused: ${form}: no owner`)).not.toMatch(/hidden|victim|acme/);
});

it('what is no address stays in what is recorded', () => {
  for (const text of ['task acmeCo/a "b" of eve: 100%', 'cost=4 of "acmeCo/a": x=401'])
    expect(recordable(text)).toBe(text);
});

it.each(['x', '"', '\\', '&#', '" ', ' ', 'a@', '" @', '=4', '@ '])(
  'a text of 1,000 characters is looked through in a moment: %j again and again',
  (some) => {
    const began = performance.now();
    for (let turn = 0; turn < 20; turn += 1) recordable(`@ y ${some.repeat(996)}`);
    expect((performance.now() - began) / 20).toBeLessThan(10);
  },
);
