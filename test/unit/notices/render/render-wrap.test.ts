import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wrapLines } from '../../../../functions/notices/render/render-wrap.ts';
import { holds } from '../../../property/seeds.ts';

const word = (length: number, letter = 'x') => letter.repeat(length);

it.each([
  ['a line of 74 columns stays', `${word(40)} ${word(33)}`, `${word(40)} ${word(33)}`],
  ['one of 75 breaks', `${word(40)} ${word(34)}`, `${word(40)}\n${word(34)}`],
  ['a part may have 74', `${word(40)} ${word(33)} y`, `${word(40)} ${word(33)}\ny`],
  ['a longer word has its own line', `a ${word(80)} b`, `a\n${word(80)}\nb`],
  ['or the first', `${word(80)} b`, `${word(80)}\nb`],
  ['each part is indented as its line', `  ${word(40)} ${word(33)}`, `  ${word(40)}\n  ${word(33)}`],
  ['the indent counts', `  ${word(40)} ${word(31)} y`, `  ${word(40)} ${word(31)}\n  y`],
  ['a name is never broken', `* "${word(60)} ${word(60)}"`, `* "${word(60)} ${word(60)}"`],
  ['nor one in a list', `- "${word(60)} ${word(60)}"`, `- "${word(60)} ${word(60)}"`],
  ['a dash within a line is no name', `a - ${word(40)} ${word(33)}`, `a - ${word(40)}\n${word(33)}`],
  ['nor one without a space', `-${word(40)} ${word(40)}`, `-${word(40)}\n${word(40)}`],
  ['what is short enough stays as it is, spaces and all', '    a  b', '    a  b'],
  ['also with 74 columns', `    a  ${word(67)}`, `    a  ${word(67)}`],
  ['lines stay lines', `a\n\n${word(40)} ${word(34)}\nb`, `a\n\n${word(40)}\n${word(34)}\nb`],
])('%s', (_what, text, wrapped) => {
  expect(wrapLines(text)).toBe(wrapped);
});

it('loses no word and no order, and no line is longer than it must be', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,90}$/), { minLength: 1, maxLength: 40 });
  holds(
    fc.property(words, (all) => {
      const wrapped = wrapLines(all.join(' '));
      expect(wrapped.split(/[ \n]/)).toEqual(all);
      for (const line of wrapped.split('\n')) expect(line.length <= 74 || !line.includes(' ')).toBe(true);
    }),
    { numRuns: 50 },
  );
});
