import { afterEach, expect, test, vi } from 'vitest';
import { mailOf } from '../../../../functions/notices/render/mail-of.ts';
import { BRAND } from '../../../../functions/platform/brand.ts';
import type { Links } from '../../../../functions/platform/ports.ts';
import type { System } from '../../../../functions/platform/system.ts';
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

/** What of the deployment a mail rests on, as no reader of settings would let it through. */
type Setting = [string, Partial<System['config']>, Links?];
const MISSING = undefined as unknown as string;
const LINKS: Links = {
  baseUrl: 'https://tasks.platform.test/',
  keys: {
    current: async () => ({ id: 'k1', secret: new Uint8Array(32) }),
    accepted: async () => undefined,
  },
};
const BROKEN: Setting[] = [
  ['the name of the brand', { brand: { ...BRAND, name: MISSING } }],
  ['the colour of the brand', { brand: { ...BRAND, colour: MISSING } }, LINKS],
  ['the logo', { brand: { ...BRAND, logo: null as unknown as string } }],
  ['the contact', { contact: MISSING }],
];

/** A mail to Ana about tasks of these names, with settings of the deployment in the place of those of the stage. */
async function mailOfTasks(names: string[], setup: Given = {}, [, settings, links]: Setting = ['none', {}]) {
  const stage = await answerStage(setup);
  const config = { ...stage.system.config, ...settings };
  const system = { ...stage.system, config, ...(links && { links }) };
  const record = await stage.record();
  const digest = await stage.digest();
  const pending: PendingNotice = { notice: 'warning', since: START, notBefore: START };
  const notices = names.map((task) => ({
    name: task,
    notice: { recipient: ANA, address: ANA_ADDRESS, task, episode: 1, pending },
    record,
    item: { ...digest.items[0]!, task },
  }));
  return mailOf(system, await stage.view(), digest, notices);
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

test.each(BROKEN)('%s that is broken is the fault of nobody who is to be notified', async (...setting) => {
  await expect(mailOfTasks(['a/x', 'a/y'], {}, setting)).rejects.toThrow(TypeError);
});

test('what can be written alone but not together is nobody’s fault either', async () => {
  fault.hits = (digest) => digest.includes('first') && digest.includes('second');
  await expect(mailOfTasks(['a/first', 'a/second'])).rejects.toThrow('Invalid time value');
});
