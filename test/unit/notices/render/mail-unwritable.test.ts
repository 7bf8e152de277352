import { afterEach, expect, test, vi } from 'vitest';
import { mailOf } from '../../../../functions/notices/render/mail-of.ts';
import type { PendingNotice } from '../../../../functions/store/notices.ts';
import { ANA, ANA_ADDRESS, answerStage, type Given, START } from '../send/answer-stage.ts';

// The template stands in for whatever can go wrong as a mail is written.
const fault = vi.hoisted(() => ({ hits: (_: string): boolean => false }));

vi.mock('../../../../emails/compiled.ts', async (load) => {
  const written = await load<typeof import('../../../../emails/compiled.ts')>();
  return {
    ...written,
    digestHtml: (...[digest, safe]: Parameters<typeof written.digestHtml>) => {
      if (fault.hits(JSON.stringify(digest))) throw new RangeError('Invalid time value');
      return written.digestHtml(digest, safe);
    },
  };
});

afterEach(() => {
  fault.hits = () => false;
});

/** A mail to Ana about tasks of these names. */
async function mailOfTasks(names: string[], setup: Given = {}) {
  const stage = await answerStage(setup);
  const record = await stage.record();
  const digest = await stage.digest();
  const pending: PendingNotice = { notice: 'warning', since: START, notBefore: START };
  const notices = names.map((task) => ({
    name: task,
    notice: { recipient: ANA, address: ANA_ADDRESS, task, episode: 1, pending },
    record,
    item: { ...digest.items[0]!, task },
  }));
  return mailOf(stage.system, await stage.view(), digest, notices);
}

test('notices that cannot be written are found one by one, for the others can', async () => {
  fault.hits = (digest) => digest.includes('bad');
  const written = await mailOfTasks(['a/bad', 'a/good', 'a/bad-too']);
  const culprits = 'unwritable' in written && written.unwritable !== 'recipient' ? written.unwritable : [];
  expect(culprits.map(({ culprit, error }) => [culprit.name, String(error)])).toEqual([
    ['a/bad', 'RangeError: Invalid time value'],
    ['a/bad-too', 'RangeError: Invalid time value'],
  ]);
});

test('one to whom not even a plain mail can be written is to blame themselves, not their notices', async () => {
  fault.hits = (digest) => digest.includes('"language":"de"');
  expect(await mailOfTasks(['a/x', 'a/y'], { recipient: { language: 'de' } })).toEqual({
    unwritable: 'recipient',
  });
  expect(await mailOfTasks(['a/x', 'a/y'])).toHaveProperty('mail');
});

test('code that can write no mail at all is broken for everybody, and nobody is set aside', async () => {
  fault.hits = () => true;
  await expect(mailOfTasks(['a/x'])).rejects.toThrow('Invalid time value');
});

test('what can be written alone but not together is nobody’s fault either', async () => {
  fault.hits = (digest) => digest.includes('first') && digest.includes('second');
  await expect(mailOfTasks(['a/first', 'a/second'])).rejects.toThrow('Invalid time value');
});
