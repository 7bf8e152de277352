import { describe, expect, it } from 'vitest';
import { keyIdOf, type LinkGrant, readLink, signLink } from '../../../functions/platform/link-token.ts';

const key = { id: '3', secret: Buffer.alloc(32, 1) };
const other = { id: '4', secret: Buffer.alloc(32, 2) };
const grant: LinkGrant = {
  scope: 'd',
  digest: '01JH0000000000000000000000',
  recipient: 'f'.repeat(32),
  expires: Date.parse('2026-03-01T00:00:00Z'),
};

describe('a link', () => {
  const text = signLink(grant, key);

  it('opens with the key that signed it, and says which mail it is of and until when it is good', () => {
    expect(keyIdOf(text)).toBe('3');
    const opened = readLink(text, 'd', key);
    expect(opened).toMatchObject({ digest: grant.digest, expires: grant.expires });
    expect(opened?.isFor(grant.recipient)).toBe(true);
    expect(opened?.isFor('e'.repeat(32))).toBe(false);
  });

  it('holds no address, no hash of one that others could make, and no character that mail programs break', () => {
    expect(text).not.toContain(grant.recipient.slice(0, 8));
    expect(text).toMatch(/^[A-Za-z0-9._-]+$/);
    expect(text).toMatch(/[a-z0-9]$/);
  });

  it('does not open with another key, whatever its name', () => {
    expect(readLink(text, 'd', other)).toBeUndefined();
    expect(readLink(text, 'd', { ...other, id: '3' })).toBeUndefined();
    expect(readLink(text.replace(/^3/, '4'), 'd', other)).toBeUndefined();
  });

  it('opens nothing but what it was made for', () => {
    expect(readLink(text, 'u', key)).toBeUndefined();
    expect(readLink(signLink({ ...grant, scope: 'u' }, key), 'd', key)).toBeUndefined();
  });

  it('does not open with any one character changed', () => {
    for (let at = 0; at < text.length; at += 1) {
      const changed = text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);
      expect(readLink(changed, 'd', key), `at ${at}`).toBeUndefined();
    }
  });

  it('does not open with a part of another link', () => {
    const later = signLink({ ...grant, expires: grant.expires + 1_000 }, key).split('.');
    const parts = text.split('.');
    for (const at of [2, 4]) {
      const mixed = parts.with(at, later[at]!).join('.');
      expect(readLink(mixed, 'd', key)).toBeUndefined();
    }
  });

  it.each([
    '',
    '.',
    '....',
    `${text}.`,
    `${text} `,
    `\n${text}`,
    text.toUpperCase(),
    `${text}/`,
    'x'.repeat(10_000),
  ])('takes %j for none', (none) => {
    expect(readLink(none, 'd', key)).toBeUndefined();
  });
});
