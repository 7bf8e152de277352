import { describe, expect, it } from 'vitest';
import type { Language } from '../../../../emails/languages.ts';
import { DAY, HOUR } from '../../../../functions/abandonment/time.ts';
import { renderDigest } from '../../../../functions/notices/render/render.ts';
import type { DigestFacts } from '../../../../functions/notices/send/digest-facts.ts';
import { at, facts, flat, item, many } from './render-builders.ts';

const german = (items: DigestFacts['items'], changes: Partial<DigestFacts> = {}) =>
  renderDigest(facts(items, { language: 'de', ...changes }));

describe('a mail in German', () => {
  it('has its dates, weekdays and lengths of time as they are written there', () => {
    const { text, html } = german([item({ unhealthyFor: 29 * HOUR })], { zone: 'Europe/Berlin' });
    expect(flat(text)).toContain(
      'Er wird am Donnerstag, 5. Februar 2026, 01:00 Uhr Ortszeit Berlin (00:00 Uhr UTC) abgeschaltet, in 7 Tagen.',
    );
    expect(flat(text)).toContain(
      'Läuft nicht seit dem Donnerstag, 15. Januar 2026, 01:00 Uhr Ortszeit Berlin (00:00 Uhr UTC) (1 Tag und 5 Stunden ohne',
    );
    expect(html).toContain('<html lang="de"');
  });

  it.each([
    [6 * DAY, 'in 6 Tagen'],
    [29 * HOUR, 'in 1 Tag und 5 Stunden'],
    [DAY, 'in 1 Tag'],
    [2 * HOUR, 'in 2 Stunden'],
    [20_000, 'in 1 Minute'],
    [0, 'jetzt fällig'],
  ])('%d ms ahead of the date says %s', (ahead, words) => {
    const { text } = german([item({ disableAt: at('2026-01-29T00:00:00Z') + ahead })]);
    expect(flat(text)).toContain(`abgeschaltet, ${words}.`);
  });

  it('counts in its subject, and has one and many', () => {
    const due = at('2026-02-06T00:00:00Z');
    const single = item({ task: 'acmeCo/a' });
    expect(german([single]).subject).toBe('a wird am 5. Februar 2026 abgeschaltet, wenn Sie nichts tun');
    expect(german(many(3)).subject).toBe(
      '3 Tasks werden am 5. Februar 2026 abgeschaltet, wenn Sie nichts tun',
    );
    expect(german([...many(2), item({ disableAt: due }), { ...single, mode: 'notify' }]).subject).toBe(
      '3 Tasks werden ab dem 5. Februar 2026 abgeschaltet, wenn Sie nichts tun, dazu 1 weitere Meldung',
    );
    expect(german(many(2, { notice: 'withdrawn' })).subject).toBe(
      'Die für 2 Tasks angekündigten Termine gelten nicht mehr',
    );
  });
});

describe('a language that is not known', () => {
  it('reads as English', () => {
    const mail = renderDigest(facts([item()]));
    for (const language of ['fr', 'constructor', ''])
      expect(renderDigest(facts([item()], { language: language as Language }))).toEqual(mail);
    expect(mail.html).toContain('<html lang="en"');
  });
});
