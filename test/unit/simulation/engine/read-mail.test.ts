import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../../emails/languages.ts';
import { DAY, HOUR } from '../../../../functions/abandonment/time.ts';
import { renderDigest } from '../../../../functions/notices/render/render.ts';
import { instantsIn, tasksIn } from '../../../../simulation/engine/read-mail.ts';
import { at, facts, item, many } from '../../notices/render/render-builders.ts';

const DUE = at('2026-02-05T23:30:00Z');

describe.each(LANGUAGES)('the reader of mails, in %s', (language) => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Kathmandu'])(
    'reads the instants of %s',
    (zone) => {
      for (const disableAt of [DUE, DUE + 26 * DAY, at('2026-05-31T23:59:00Z')]) {
        const { text } = renderDigest(facts([item({ disableAt })], { zone, language }));
        expect([...instantsIn(text)]).toEqual([disableAt]);
      }
    },
  );

  it('reads the names of few and of many, plain and not', () => {
    const ids = ['acmeCo/a "b"', 'acmeCo/evil.com/x', 'acmeCo/Überweisungen', 'lone', 'acmeCo/https/c d'];
    for (const count of [1, 12]) {
      const items = [...many(count), ...ids.map((task) => item({ task, disableAt: DUE }))];
      const { text } = renderDigest(facts(items, { language }));
      expect([...tasksIn(text)].toSorted()).toEqual(items.map(({ task }) => task).toSorted());
    }
  });

  it('misses a date that does not stand there', () => {
    const items = [...many(6), ...many(6, { disableAt: DUE + HOUR })];
    const { text } = renderDigest(facts(items, { language }));
    expect([...instantsIn(text)].toSorted()).toEqual([at('2026-02-05T00:00:00Z'), DUE + HOUR]);
  });
});
