import { describe, expect, it } from 'vitest';
import type { Language } from '../../../../emails/languages.ts';
import { FIGURES } from '../../../../functions/facts/figures.ts';
import type { FactLine, Report, Total } from '../../../../functions/facts/report.ts';
import { renderReport } from '../../../../functions/notices/render/render-report.ts';
import { flat, readable } from './render-builders.ts';

const NOTHING = Object.fromEntries(FIGURES.map((figure) => [figure, 0])) as Total;

function aReport(changes: Partial<Report> = {}): Report {
  const week = { from: '2026-01-19', to: '2026-01-25' };
  return { ...week, tenant: 'acmeCo', facts: [], mails: [], total: NOTHING, before: NOTHING, ...changes };
}

const line = (changes: Partial<FactLine>): FactLine => ({
  day: '2026-01-20',
  tenant: 'acmeCo',
  plane: 'eu-1',
  mode: 'disable',
  cause: 'failed',
  figures: { abandoned: 1 },
  ...changes,
});

const rendered = (reports: Report[], language: Language = 'en') =>
  renderReport({ recipient: 'ana@acme.test', contact: 'platform@acme.test', language, reports });

describe('the subject of a weekly mail', () => {
  const WEEK = '19 January 2026 to 25 January 2026';

  it.each<[string, Report[], string]>([
    ['one tenant', [aReport()], `Weekly report for acmeCo, ${WEEK}`],
    ['one whose name is fit for no subject', [aReport({ tenant: 'evil.com' })], `Weekly report, ${WEEK}`],
    ['all tenants', [aReport({ tenant: null })], `Weekly report, ${WEEK}`],
    ['several', [aReport(), aReport({ tenant: 'beta' })], `Weekly report, ${WEEK}`],
  ])('of %s', (_what, reports, subject) => {
    expect(rendered(reports).subject).toBe(subject);
    expect(flat(rendered(reports).text)).toContain(`from ${WEEK} in UTC.`);
  });

  it('is about something', () => {
    expect(() => rendered([])).toThrow(new RangeError('a weekly mail without a report'));
  });
});

describe('the figures of a weekly mail', () => {
  it('are those that were not nothing in both weeks, whole, and a dash where nobody knows', () => {
    const total = { ...NOTHING, tasks: null, abandoned: 2, restartsAvoided: 1_234.5, off: 7 };
    const before = { ...NOTHING, warned: 3, off: 7 };
    const { text, html } = rendered([aReport({ total, before })]);
    for (const part of [text, flat(readable(html))]) expect(part).toContain('Tenant "acmeCo"');
    expect(text.slice(text.indexOf('This week'), text.indexOf('\n\n\n--'))).toBe(
      [
        'This week (Week before)',
        '',
        'Tasks at the end of the week: - (0)',
        'Found abandoned: 2 (0)',
        'Warned of: 0 (3)',
        'Turned off, and still off: 7 (7)',
        'Restarts avoided (estimate): 1,235 (0)',
      ].join('\n'),
    );
  });

  it('are written as their reader writes numbers', () => {
    const total = { ...NOTHING, off: 12_345 };
    expect(rendered([aReport({ total })], 'de').text).toContain('12.345');
  });

  it('stand for each tenant apart', () => {
    const { text } = rendered([
      aReport({ total: { ...NOTHING, warned: 1 } }),
      aReport({ tenant: 'beta', total: { ...NOTHING, warned: 2 } }),
      aReport({ tenant: null, total: { ...NOTHING, warned: 3 } }),
    ]);
    expect(text.match(/=== .* ===|Warned of: \d/g)).toEqual([
      '=== Tenant "acmeCo" ===',
      'Warned of: 1',
      '=== Tenant "beta" ===',
      'Warned of: 2',
      '=== All tenants ===',
      'Warned of: 3',
    ]);
  });
});

describe('where most happened', () => {
  const tops = (report: Partial<Report>) =>
    rendered([aReport(report)]).text.match(/^(Most by .*|- .*)$/gm) ?? [];

  it('is nowhere where nothing did', () => {
    expect(tops({ tenant: null })).toEqual([]);
    expect(tops({ tenant: null, facts: [line({ figures: { warned: 4 } })] })).toEqual([]);
  });

  it('is by cause for one tenant, and in their words', () => {
    const facts = [
      line({ figures: { abandoned: 2, disabled: 1 } }),
      line({ cause: 'never-primary', figures: { disabled: 1 } }),
      line({ cause: 'of-later-code', figures: { abandoned: 2 } }),
      line({ cause: null, mode: null, figures: { tasks: 40, failing: 3 } }),
    ];
    expect(tops({ facts })).toEqual([
      'Most by cause',
      '- "its shards failed": 2 found, 1 turned off',
      '- "of-later-code": 2 found, 0 turned off',
      '- "none of its shards ever became primary": 0 found, 1 turned off',
    ]);
  });

  it('is the five tenants with most of all', () => {
    const facts = ['a', 'b', 'c', 'd', 'e', 'f'].map((tenant, place) =>
      line({ tenant, figures: { abandoned: 10 - place } }),
    );
    expect(tops({ tenant: null, facts })).toEqual([
      'Most by tenant',
      '- "a": 10 found, 0 turned off',
      '- "b": 9 found, 0 turned off',
      '- "c": 8 found, 0 turned off',
      '- "d": 7 found, 0 turned off',
      '- "e": 6 found, 0 turned off',
      'Most by cause',
      '- "its shards failed": 45 found, 0 turned off',
    ]);
  });

  it('names a tenant so that it ends no quotes, is no link and is of bounded length', () => {
    const of = (tenant: string) => tops({ tenant: null, facts: [line({ tenant })] })[1] ?? '';
    expect(of('a "b"')).toBe('- "a \\"b\\"": 1 found, 0 turned off');
    expect(of('evil.com')).not.toContain('evil.com');
    expect([...of('x'.repeat(600))]).toHaveLength('- "": 1 found, 0 turned off'.length + 512);
    const { html } = rendered([aReport({ tenant: null, facts: [line({ tenant: 'a "b"' })] })]);
    expect(readable(html)).toContain('a "b"');
  });
});

it('a weekly mail says why it comes, to whom, and whom to ask', () => {
  const { text } = rendered([aReport()]);
  for (const remark of [
    'You get this because you subscribed to weekly reports.',
    'Sent to ana@acme.test.',
    'Whom to ask: platform@acme.test',
  ])
    expect(text).toContain(remark);
  for (const each of text.split('\n')) expect(each.length).toBeLessThanOrEqual(74);
});
