import { describe, expect, it } from 'vitest';
import { domainOf, normaliseAddress, recipientKey } from '../../../functions/platform/addresses.ts';

describe('normaliseAddress', () => {
  it.each([
    ['ana@acme.test', 'ana@acme.test'],
    ['  Ana@ACME.Test ', 'ana@acme.test'],
    ["o'neil+tag_1@sub.acme.test", "o'neil+tag_1@sub.acme.test"],
    ['root@localhost', 'root@localhost'],
    // A tag may lead to another mailbox; the host of a domain has no case.
    ['Ana+Alerts@ACME.test', 'ana+alerts@acme.test'],
    ['ana@Bücher.example', 'ana@xn--bcher-kva.example'],
    ['ana@BU\u0308CHER.example', 'ana@xn--bcher-kva.example'],
    ['ana@xn--bcher-kva.example', 'ana@xn--bcher-kva.example'],
    ['jose\u0301@acme.test', 'jos\u00e9@acme.test'],
    [`${'a'.repeat(64)}@acme.test`, `${'a'.repeat(64)}@acme.test`],
    // Lower case has a composed form where upper case has none.
    ['J\u030can@acme.test', '\u01f0an@acme.test'],
  ])('%j is %j', (text, address) => {
    expect(normaliseAddress(text)).toBe(address);
  });

  it.each([
    [''],
    ['ana'],
    ['@acme.test'],
    ['ana@'],
    ['ana@b@acme.test'],
    ['ana@acme.test\n'],
    ['ana@acme.test\r\nBcc: eve@evil.test'],
    ['ana\u0000@acme.test'],
    ['ana\t@acme.test'],
    ['an a@acme.test'],
    ['ana@acme .test'],
    ['ana\u200b@acme.test'],
    ['ana\u202e@acme.test'],
    ['ana\u00a0@acme.test'],
    ['Ana <ana@acme.test>'],
    ['"ana"@acme.test'],
    ['ana@acme.test,eve@evil.test'],
    ['ana@acme..test'],
    ['ana@.acme.test'],
    ['ana@acme.test.'],
    ['<ana@acme.test>'],
    ['ana@b\u00fccher..example'],
    ['ana@b\u00fccher_\u2028.example'],
    [`${'a'.repeat(65)}@acme.test`],
    ['a\u037eb@acme.test'],
  ])('refuses %j', (text) => {
    expect(normaliseAddress(text)).toBeUndefined();
  });
});

describe('recipientKey', () => {
  it('is the start of the SHA-256 of the normalised address', () => {
    // printf 'ana@acme.test' | sha256sum
    expect(recipientKey('ana@acme.test')).toBe('5374360461a1c32b6eb1eb01b213b54b');
  });

  it('is the same for every spelling of an address', () => {
    expect(recipientKey(' ANA@Acme.test')).toBe(recipientKey('ana@acme.test'));
    expect(recipientKey('eva@acme.test')).not.toBe(recipientKey('ana@acme.test'));
  });
});

describe('domainOf', () => {
  it('is what stands behind the @', () => {
    expect(domainOf('ana@Acme.Test')).toBe('acme.test');
    expect(domainOf('nobody')).toBe('');
  });
});
