import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { buildMime, type MimeMail } from '../../../../functions/notices/render/mime.ts';
import { renderDigest } from '../../../../functions/notices/render/render.ts';
import { at, facts, item, many } from './render-builders.ts';

function mail(changes: Partial<MimeMail> = {}): MimeMail {
  return {
    to: 'ana@acme.test',
    from: 'Taskwarden <tasks@platform.test>',
    subject: 'acmeCo/a is not running',
    text: 'the text\n',
    html: '<p>the html</p>\n',
    headers: {},
    digest: '01JH0000000000000000000001',
    date: at('2026-01-29T00:00:00Z'),
    messageIdDomain: 'platform.test',
    ...changes,
  };
}

const raw = async (changes: Partial<MimeMail> = {}) =>
  new TextDecoder().decode(await buildMime(mail(changes)));
const parsed = async (changes: Partial<MimeMail> = {}) => PostalMime.parse(await buildMime(mail(changes)));

function headerNames(message: string): string[] {
  const head = message.slice(0, message.indexOf('\r\n\r\n'));
  return head.split(/\r\n(?![ \t])/).map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
}

describe('the raw message', () => {
  it('is read back as it was written', async () => {
    const read = await parsed({ replyTo: 'platform@acme.test' });
    expect(read.from).toMatchObject({ name: 'Taskwarden', address: 'tasks@platform.test' });
    expect(read.to).toMatchObject([{ address: 'ana@acme.test' }]);
    expect(read.replyTo).toMatchObject([{ address: 'platform@acme.test' }]);
    expect(read.subject).toBe('acmeCo/a is not running');
    expect(read.date).toBe('2026-01-29T00:00:00.000Z');
    expect(read.messageId).toBe('<01JH0000000000000000000001@platform.test>');
    expect(read.text?.trim()).toBe('the text');
    expect(read.html?.trim()).toBe('<p>the html</p>');
    expect(read.attachments).toEqual([]);
  });

  it('names the recipient by the address alone', async () => {
    expect(await raw({ to: 'ana.maria+tasks@acme.test' })).toMatch(/^To: ana\.maria\+tasks@acme\.test\r$/m);
  });

  // RFC 5322, 2.3: CR and LF stand together only.
  it('ends each line with CR and LF, however those of its text and HTML end', async () => {
    const message = await raw({ text: 'one\ntwo\r\nthree\n', html: '<p>one\n</p>\n' });
    expect(message.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(message).toContain('\r\none\r\ntwo\r\nthree\r\n');
  });

  it('has text and HTML as alternatives, the text first', async () => {
    const message = await raw();
    expect(message).toMatch(/^Content-Type: multipart\/alternative;/m);
    expect(message.indexOf('text/plain')).toBeLessThan(message.indexOf('text/html'));
  });

  it('carries the digest, says that a machine wrote it, and what the caller adds', async () => {
    const unsubscribe = `<https://tasks.platform.test/u/${'k'.repeat(300)}>`;
    const { headers } = await parsed({
      headers: { 'List-Unsubscribe': unsubscribe, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    });
    const value = (name: string) => headers.find((header) => header.key === name)?.value;
    expect(value('x-taskwarden-digest')).toBe('01JH0000000000000000000001');
    expect(value('auto-submitted')).toBe('auto-generated');
    expect(value('list-unsubscribe')).toBe(unsubscribe);
    expect(value('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  });

  it('keeps every script, emoji, long lines and lines that begin with a dot', async () => {
    const text = `משימה 日本 👩‍👧\n.\n..x\n${'y'.repeat(3000)}\n`;
    const read = await parsed({ subject: 'acmeCo/日本/👩‍👧 is not running', text });
    expect(read.subject).toBe('acmeCo/日本/👩‍👧 is not running');
    expect(read.text?.replaceAll('\r\n', '\n').trimEnd()).toBe(text.trimEnd());
    for (const line of (await raw({ text })).split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  });

  it.each([1, 200, 2000])('brings a digest of %d tasks over unchanged', async (count) => {
    const { subject, text, html } = renderDigest(facts(many(count)));
    const read = await parsed({ subject, text, html });
    expect(read.subject).toBe(subject);
    expect(read.text?.replaceAll('\r\n', '\n').trimEnd()).toBe(text.trimEnd());
    expect(read.html?.replaceAll('\r\n', '\n').trimEnd()).toBe(html.trimEnd());
  });
});

describe('nothing from outside becomes a header', () => {
  const hostile = 'x\r\nBcc: eve@evil.test\r\n\r\n<b>body</b>';

  it('neither through subject, sender, reply address nor the value of a header', async () => {
    const expected = headerNames(await raw({ replyTo: 'a@b.test', headers: { 'X-Note': 'x' } }));
    const variants: Partial<MimeMail>[] = [
      { subject: hostile },
      { from: `Task <tasks@platform.test>${hostile}` },
      { replyTo: `a@b.test${hostile}` },
      { headers: { 'X-Note': hostile } },
      { messageIdDomain: hostile },
    ];
    for (const variant of variants) {
      const message = await raw({ replyTo: 'a@b.test', headers: { 'X-Note': 'x' }, ...variant });
      expect(headerNames(message)).toEqual(expected);
      expect(headerNames(message)).not.toContain('bcc');
    }
  });

  it('nor through a task with a line break in its name', async () => {
    const { subject, text, html } = renderDigest(facts([item({ task: hostile })]));
    const read = await parsed({ subject, text, html });
    expect(read.bcc).toBeUndefined();
    expect(read.subject).toBe(subject);
  });

  it.each(['ana@acme.test, eve@evil.test', 'ana@acme.test\r\nBcc: eve@evil.test', 'Ana <ana@acme.test>', ''])(
    'refuses the recipient %j',
    async (to) => {
      await expect(buildMime(mail({ to }))).rejects.toThrow(
        new RangeError('the recipient is not one plain address'),
      );
    },
  );

  it.each([
    ...['From', 'Sender', 'to', 'Cc', 'Bcc', 'REPLY-TO', 'Subject', 'Date', 'Message-ID', 'MIME-Version'],
    ...['Content-Type', 'Content-Transfer-Encoding', 'X-Taskwarden-Digest', 'X:Y', ''],
  ])('refuses a header named %j, and says which', async (name) => {
    await expect(buildMime(mail({ headers: { [name]: 'x' } }))).rejects.toThrow(
      new RangeError(`not a header a caller may set: ${name}`),
    );
  });

  it('refuses a header with a line break in its name, and says it on one line', async () => {
    await expect(buildMime(mail({ headers: { 'X\r\nBcc': 'x' } }))).rejects.toThrow(
      new RangeError('not a header a caller may set: X Bcc'),
    );
  });

  it.each([
    'X-Original-To',
    'Resent-From',
    'In-Reply-To',
    'Date-Received',
    'Message-ID-Hash',
    'X-Content-Note',
  ])('takes a header named %s, which only contains the name of one of its own', async (name) => {
    expect(headerNames(await raw({ headers: { [name]: '<x@acme.test>' } }))).toContain(name.toLowerCase());
  });

  it.each(['a b', '', 'ü', 'x'.repeat(65)])(
    'refuses the digest id %j, which no tag could carry',
    async (digest) => {
      await expect(buildMime(mail({ digest }))).rejects.toThrow(new RangeError(`not a digest id: ${digest}`));
    },
  );

  it.each([
    [{ path: import.meta.filename }, `File access rejected for ${import.meta.filename}`],
    [{ href: 'http://127.0.0.1:9/' }, 'Url access rejected for http://127.0.0.1:9/'],
  ])('reads no file and no page, though a text that is none were to name it: %j', async (place, reason) => {
    const text = place as unknown as string;
    await expect(buildMime(mail({ text }))).rejects.toThrow(reason);
  });
});
