import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildMime } from '../../functions/notices/render/mime.ts';
import { normaliseAddress } from '../../functions/platform/addresses.ts';
import { holds } from './seeds.ts';

/** What RFC 5322 reads as more, or other, than one plain address; and what is not seen. */
const NOT_PLAIN = /[\s<>()[\]\\,;:"]|\p{Cc}|\p{Bidi_Control}|[\u200b\u2060\ufeff]/u;

/** Every character that Unicode writes in another way too: composed, decomposed, compatible, in another case. */
function* oddities(): Generator<string> {
  for (let code = 0; code < 0x110000; code += 1) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const character = String.fromCodePoint(code);
    const others = [
      character.normalize('NFC'),
      character.normalize('NFKD'),
      character.toLowerCase(),
      character.toUpperCase(),
    ];
    if (code < 0x80 || others.some((other) => other !== character)) yield character;
  }
}

/** What is wrong with the form of a text; undefined where it is refused, or plain and its own form. */
function problemOf(text: string): string | undefined {
  const address = normaliseAddress(text);
  if (address === undefined) return undefined;
  if (normaliseAddress(address) !== address) return `${JSON.stringify(text)} is no fixed point`;
  if (address !== address.normalize('NFC')) return `${JSON.stringify(text)} is not composed`;
  if (NOT_PLAIN.test(address) || address.split('@').length !== 2)
    return `${JSON.stringify(text)} is not plain`;
  return undefined;
}

test('every character that has more than one form makes an address that is its own form, or none', () => {
  const wrong: string[] = [];
  for (const odd of oddities()) {
    for (const text of [`a${odd}b@acme.test`, `${odd}@acme.test`, `j${odd}@acme.test`, `ana@x${odd}y.test`]) {
      const problem = problemOf(text);
      if (problem !== undefined) wrong.push(problem);
    }
  }
  expect(wrong).toEqual([]);
});

test('so does any text, and a mail can be built to whatever is taken', async () => {
  const part = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
  const likely = fc.string({
    unit: fc.constantFrom(...'abJ\u030c\u037e\u212a\u0130.@-+xn', 'ß', 'ς'),
    maxLength: 20,
  });
  const either = fc.oneof(part, likely);
  await holds(
    fc.asyncProperty(either, either, async (local, domain) => {
      const text = `${local}@${domain}`;
      expect(problemOf(text)).toBeUndefined();
      const to = normaliseAddress(text);
      if (to !== undefined) await expect(buildMime({ ...MAIL, to })).resolves.toBeDefined();
    }),
    { numRuns: 1_500 },
  );
});

const MAIL = {
  from: 'warden@acme.test',
  messageIdDomain: 'acme.test',
  date: 0,
  subject: 'x',
  text: 'x',
  html: 'x',
  headers: {},
  digest: 'd',
};

const LABELS = `${'b'.repeat(60)}.`.repeat(3);

test.each([
  ['a Greek question mark, which composed is a semicolon', 'x\u037ey@acme.test'],
  ['the same in the domain', 'xy@acme\u037e.test'],
  ['65 characters before the @', `${'a'.repeat(65)}@acme.test`],
  ['66 bytes before the @', `${'é'.repeat(33)}@acme.test`],
  ['64 characters between two dots', `ana@${'a'.repeat(64)}.test`],
  ['255 in all', `${'a'.repeat(64)}@${LABELS}testing`],
])('refuses %s', (_, text) => {
  expect(normaliseAddress(text)).toBeUndefined();
});

test.each([
  ['64 characters before the @', `${'a'.repeat(64)}@acme.test`],
  ['64 bytes before the @', `${'é'.repeat(32)}@acme.test`],
  ['63 characters between two dots', `ana@${'a'.repeat(63)}.test`],
  ['254 in all', `${'a'.repeat(64)}@${LABELS}testin`],
])('takes %s', (_, text) => {
  expect(normaliseAddress(text)).toBe(text);
});
