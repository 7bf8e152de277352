import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { itemNamed, itemRef } from '../../functions/notices/render/links.ts';
import { ownerStage } from '../unit/owner-page/owner-stage.ts';

/**
 * Attack: a tenant looks for a name of a task whose reference is that of a task of somebody else, so that a click on
 * one acts on the other. The figure is how many names have to be tried: 2^128 for a given one, before 2^48 (a day on one
 * graphics card).
 */
describe('references of tasks in links', () => {
  it('have 128 bits', () => {
    expect(itemRef({ task: 'acmeCo/a', episode: 1 })).toBe(
      createHash('sha256')
        .update('acmeCo/a#1')
        .digest('hex')
        .slice(0, 128 / 4),
    );
  });

  it('in mails of an earlier version, of 48 bits, go on working', async () => {
    const stage = await ownerStage(['acmeCo/a', 'acmeCo/b']);
    await stage.scanOn(14);
    const page = stage.linkTo('ana@acme.test', 'page');
    const before = `${page}/${createHash('sha256').update('acmeCo/b#1').digest('hex').slice(0, 12)}`;
    expect((await stage.get(before)).body).toContain('acmeCo/b');
    expect((await stage.post(before, { action: 'snooze', days: '3' })).statusCode).toBe(303);
    for (const cut of [1, 11, 13, 31]) {
      const ref = itemRef({ task: 'acmeCo/b', episode: 1 }).slice(0, cut);
      expect((await stage.get(`${page}/${ref}`)).statusCode).toBe(404);
    }
  });

  it('of 48 bits that more than one task of a mail has name none', () => {
    const reference = { task: 'acmeCo/a', episode: 1 };
    const alike = { ...reference };
    expect(itemNamed([reference, { task: 'acmeCo/b', episode: 1 }], itemRef(reference).slice(0, 12))).toBe(
      reference,
    );
    expect(itemNamed([reference, alike], itemRef(reference).slice(0, 12))).toBeUndefined();
  });
});
