import { describe, expect, it } from 'vitest';
import { renderDigest } from '../../../../functions/notices/render/render.ts';
import { clip, escapeHtml, visible } from '../../../../functions/platform/escape.ts';
import { facts, item, readable } from './render-builders.ts';

const SCRIPT = '<script>alert("1")</script>';
const BREAK = 'a\r\nBcc: eve@evil.test\r\n\r\nbody';
const RTL = 'acme/\u202Efdp.exe\u202C/\u2066x\u2069';
const UNSEEN = /(?!\n)\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u;

describe('text from outside', () => {
  it('is escaped wherever it stands in the HTML', () => {
    const mail = renderDigest(
      facts([item({ task: SCRIPT, dataPlane: SCRIPT, told: [SCRIPT] })], {
        contact: SCRIPT,
        recipient: SCRIPT,
      }),
    );
    expect(mail.html).not.toContain('<script');
    expect(mail.html.split('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;').length - 1).toBe(5);
    expect(readable(mail.html)).toContain(`Capture, data plane ${SCRIPT}`);
  });

  it('brings no line break, control character or direction override into subject, text or HTML', () => {
    for (const hostile of [BREAK, RTL, 'a\u0000b\u001b[31mc', 'x\u2028y\u2029z', 'p\u200bq\ufeffr']) {
      const mail = renderDigest(
        facts([item({ task: hostile, dataPlane: hostile, told: [hostile] })], {
          contact: hostile,
          recipient: hostile,
        }),
      );
      expect(mail.subject).not.toMatch(UNSEEN);
      expect(mail.subject).not.toContain('\n');
      expect(mail.text).not.toMatch(UNSEEN);
      expect(mail.html).not.toMatch(UNSEEN);
      expect(mail.text).not.toMatch(/^Bcc:/m);
    }
  });

  it('keeps letters of every script and emoji', () => {
    const name = 'acmeCo/משימה/日本/👩‍👧/naïve';
    const mail = renderDigest(facts([item({ task: name })]));
    for (const part of [mail.text, mail.html]) expect(part).toContain(name);
    expect(mail.subject).toMatch(/^naïve will/);
  });

  it('is cut in the middle where it is too long, and the subject stays short', () => {
    const task = `acmeCo/${'😀'.repeat(5000)}/end`;
    const mail = renderDigest(facts([item({ task })]));
    expect(mail.subject.length).toBeLessThanOrEqual(300);
    expect([...mail.subject].length).toBeLessThanOrEqual(150);
    expect(mail.subject).toBe('end will be turned off on 5 February 2026 unless you act');
    expect(mail.text).toMatch(/^\* "acmeCo\/.*….*\/end"$/mu);
    expect(mail.subject.isWellFormed()).toBe(true);
    expect(mail.html.isWellFormed()).toBe(true);
  });

  it('is a valid name of 512 bytes in full', () => {
    const task = `acmeCo/${'x'.repeat(505)}`;
    const mail = renderDigest(facts([item({ task })]));
    expect(mail.text).toContain(`* "${task}"\n`);
    expect(mail.html).toContain(`>${task}<`);
  });
});

describe('the HTML', () => {
  const { html } = renderDigest(facts([item()]));

  it('loads nothing from elsewhere and has no links, forms or scripts', () => {
    expect(html).not.toMatch(/<(img|link|script|iframe|form|a|object|svg)\b|url\(|src=|@import/i);
    expect(html).not.toMatch(/https?:/);
  });

  it('has a dark face and a heading of each rank', () => {
    expect(html).toContain('@media (prefers-color-scheme:dark)');
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html.match(/<h[1-3]/g)).toEqual(['<h1', '<h2', '<h3']);
    expect(html).toContain('<html lang="en" ');
  });

  it('breaks long words and sets no width that a phone has not', () => {
    expect(html).toContain('word-break:break-word');
    const forOutlook = /<!--\[if [^!].*?<!\[endif\]-->/gs;
    expect(html.replace(forOutlook, '')).not.toMatch(/[^-]width:\d+px|width="\d+"/);
  });
});

describe('the text part', () => {
  it('stays within 74 columns but for names', () => {
    const mail = renderDigest(
      facts([item({ told: ['a', 'b', 'c', 'd'].map((name) => `${name}-long-name@department.acme.test`) })], {
        zone: 'America/Argentina/Buenos_Aires',
      }),
    );
    for (const line of mail.text.split('\n')) expect(line.length).toBeLessThanOrEqual(74);
  });
});

describe('the pieces', () => {
  it('visible() makes one line of what can be seen', () => {
    expect(visible('  a\r\n\tb\u0007c\u202ed \u{e0041} ')).toBe('a bcd');
    expect(visible('\ud800x')).toBe('\ufffdx');
  });

  it('clip() leaves short texts alone and counts characters, not halves of them', () => {
    expect(clip('abc', 3)).toBe('abc');
    expect(clip('abcdef', 5)).toBe('ab…ef');
    expect(clip('😀😀😀😀', 3)).toBe('😀…😀');
  });

  it('escapeHtml() leaves nothing that ends an element or attribute', () => {
    expect(escapeHtml(`<a b="c" d='e'>&amp;`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;');
  });
});
