import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HtmlValidate } from 'html-validate';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../../emails/languages.ts';
import { renderDigest } from '../../../../functions/notices/render/render.ts';
import { renderReport } from '../../../../functions/notices/render/render-report.ts';
import { allSamples, emlOf, sampleFacts, WORDINGS } from '../../../../scripts/mail-samples.ts';
import { REPORT_EDGES, sampleReport } from '../../../../scripts/report-samples.ts';
import { readable } from './render-builders.ts';

const GOLDEN = join(import.meta.dirname, '..', '..', '..', 'golden', 'mails');
const wordings = LANGUAGES.flatMap((language) => WORDINGS.map((wording) => ({ language, wording })));
/** Read before any test could write one. */
const goldenFiles = LANGUAGES.flatMap((language) =>
  readdirSync(join(GOLDEN, language)).map((file) => `${language}/${file}`),
);

const checker = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended', 'html-validate:document'],
  rules: {
    // MJML writes them for Outlook, which knows neither widths of blocks nor attributes of today.
    'no-conditional-comment': 'off',
    'no-deprecated-attr': 'off',
    // Several mail programs drop style sheets, or apply none to what they quote.
    'no-inline-style': 'off',
    // MJML's frame: a role on a div for programs that drop `article`; `presentation` for old readers.
    'prefer-native-element': 'off',
    'presentation-role-style': 'off',
    // A matter of taste; HTML takes both.
    'doctype-style': 'off',
    // The title is the subject, which names the task; search engines do not read it.
    'long-title': 'off',
  },
});

describe('every wording in every language', () => {
  it('has a golden file for each part, and none is left over', () => {
    const expected = wordings.flatMap(({ language, wording }) => [
      `${language}/${wording}.html`,
      `${language}/${wording}.txt`,
    ]);
    expect(goldenFiles.toSorted()).toEqual(expected.toSorted());
  });

  it.each(wordings)('$language $wording reads as it always did', async ({ language, wording }) => {
    const { subject, text, html } = renderDigest(sampleFacts(language, wording, 'one'));
    const file = join(GOLDEN, language, wording);
    await expect(`${subject}\n\n${text}`).toMatchFileSnapshot(`${file}.txt`);
    await expect(html).toMatchFileSnapshot(`${file}.html`);
  });

  it.each(wordings)(
    '$language $wording groups 200 tasks that share date and cause',
    ({ language, wording }) => {
      const { html, left } = renderDigest(sampleFacts(language, wording, 'two-hundred'));
      // Of deadlines there is one cause, which the subject names.
      const causes = /^(?:overdue|stopping)/.test(wording) ? 0 : 1;
      expect(html.match(/<h3>/g) ?? []).toHaveLength(causes);
      expect(html.match(/task-\d{4}/g)?.length).toBeGreaterThanOrEqual(200);
      expect(left).toEqual([]);
    },
  );

  it.each(wordings)('$language $wording says as much in its text as in its HTML', ({ language, wording }) => {
    const { text, html } = renderDigest(sampleFacts(language, wording, 'one'));
    const words = (part: string) => new Set(part.match(/[\p{L}\p{N}]{2,}/gu));
    const body = readable(html.slice(html.indexOf('<h1>')).replace(/<!--.*?-->/gs, ''));
    expect([...words(body)].filter((word) => !words(text).has(word))).toEqual([]);
  });
});

describe('the weekly mail', () => {
  const mails = LANGUAGES.flatMap((language) =>
    REPORT_EDGES.map((edge) => ({ language, edge, ...renderReport(sampleReport(language, edge)) })),
  );

  it.each(mails)(
    '$language $edge reads as it always did',
    async ({ language, edge, subject, text, html }) => {
      const file = join(GOLDEN, '..', 'reports', language, edge);
      await expect(`${subject}\n\n${text}`).toMatchFileSnapshot(`${file}.txt`);
      await expect(html).toMatchFileSnapshot(`${file}.html`);
    },
  );

  it.each(mails)('$language $edge says as much in its text as in its HTML', ({ text, html }) => {
    const words = (part: string) => new Set(part.match(/[\p{L}\p{N}]{2,}/gu));
    const body = readable(html.slice(html.indexOf('<body')).replace(/<!--.*?-->/gs, ''));
    expect([...words(body)].filter((word) => !words(text).has(word))).toEqual([]);
  });

  it.each(mails)('$language $edge is HTML in which a checker finds no fault', async ({ html }) => {
    const { results } = await checker.validateString(html);
    expect(
      results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`)),
    ).toEqual([]);
  });

  it('lets no name become an element or a link', () => {
    const script = mails.find(({ edge }) => edge === 'script');
    expect(script?.html).not.toMatch(/<script/i);
    expect(script?.subject).not.toContain('script');
    expect(mails.find(({ edge }) => edge === 'all')?.text).not.toContain('www.evil.test');
  });
});

describe('every mail of the preview', () => {
  const mails = allSamples().map(({ name, facts }) => ({ name, facts, mail: renderDigest(facts) }));

  it('is HTML in which a checker finds no fault', async () => {
    for (const { name, mail } of mails) {
      const { results } = await checker.validateString(mail.html);
      const found = results.flatMap(({ messages }) =>
        messages.map(({ ruleId, line, message }) => `${ruleId}, line ${line}: ${message}`),
      );
      expect(found, name).toEqual([]);
    }
  });

  it('is under 100 KB, and under what Gmail shows as a whole', () => {
    const sizes = mails.map(({ mail }) => Buffer.byteLength(mail.html));
    expect(Math.max(...sizes)).toBeLessThan(100_000);
  });

  it('is a message that a parser reads back, with no header and no part that was not meant', async () => {
    for (const { name, facts, mail } of mails) {
      const read = await PostalMime.parse(await emlOf(facts, mail));
      expect(read.subject, name).toBe(mail.subject);
      expect(read.text?.replaceAll('\r\n', '\n').trimEnd(), name).toBe(mail.text.trimEnd());
      expect(read.html?.replaceAll('\r\n', '\n').trimEnd(), name).toBe(mail.html.trimEnd());
      expect([read.attachments, read.bcc, read.cc], name).toEqual([[], undefined, undefined]);
      expect(
        read.to?.map(({ address }) => address),
        name,
      ).toEqual(['ana@acme.test']);
    }
  });

  it('lets no name become an element, an attribute or a template', () => {
    for (const { name, mail } of mails.filter(({ name }) => name.endsWith('/script'))) {
      expect(mail.html, name).not.toMatch(/<(script|img)/i);
      expect(mail.html, name).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
      expect(mail.html, name).toContain('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;');
      expect(mail.html, name).toContain('&lt;/style&gt;{{heading}}&lt;!--');
    }
  });
});
