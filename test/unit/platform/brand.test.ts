import { describe, expect, it } from 'vitest';
import { renderDigest } from '../../../functions/notices/render/render.ts';
import { inkOn, readBrand, writtenBrand } from '../../../functions/platform/brand.ts';
import { facts, item } from '../notices/render/render-builders.ts';

const links = {
  page: 'https://page.test/d/LINK',
  preferences: 'https://page.test/d/LINK/preferences',
  unsubscribe: 'https://page.test/u/LINK',
  task: () => 'https://page.test/d/LINK/1',
};
const mail = (brand?: Parameters<typeof writtenBrand>[0]) =>
  renderDigest(facts([item()], { links, ...(brand && { brand: readBrand(writtenBrand(brand)) }) }));

describe('the brand of a mail', () => {
  it('is its name, the colour of the button, and a logo', () => {
    const logo = 'https://static.example.com/logo.png';
    const { html, text } = mail({ name: 'Acme <Data>', colour: '#ffd500', logo });
    expect(html).toContain('Acme &lt;Data&gt;</p>');
    expect(html).toContain('background:#ffd500;color:#000000');
    expect(html).toContain(`<img src="${logo}"`);
    expect(text).toContain('\n--\nAcme <Data>\n');
    expect(text).not.toContain(logo);
  });

  it('is Taskwarden without a picture where none is configured', () => {
    const { html, text } = mail();
    expect(html).not.toContain('<img');
    expect(html).toContain('background:#0b57d0;color:#ffffff');
    expect(text).toContain('\n--\nTaskwarden\n');
  });

  it.each([
    { name: '', colour: '#0b57d0' },
    { name: 'x', colour: 'red' },
    { name: 'x', colour: '#0b57d0;x:y' },
    { name: 'x', colour: '#0b57d0', logo: 'http://static.example.com/logo.png' },
    { name: 'x', colour: '#0b57d0', logo: 'https://static.example.com/"onerror="' },
  ])('%j is none', (brand) => {
    expect(() => mail({ logo: undefined, ...brand })).toThrow();
  });

  it.each([
    ['#ffffff', '#000000'],
    ['#000000', '#ffffff'],
    ['#0b57d0', '#ffffff'],
    ['#ffd500', '#000000'],
    ['#008000', '#ffffff'],
  ])('words on %s are %s', (colour, ink) => {
    expect(inkOn(colour)).toBe(ink);
  });
});
