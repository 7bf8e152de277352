import { describe, expect, it } from 'vitest';
import { commit } from '../../../functions/store/commit.ts';
import { loadPauses, pausesWrite, type WebhookScope } from '../../../functions/store/pauses.ts';
import type { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import {
  changeWebhook,
  hears,
  loadWebhook,
  loadWebhooks,
  scopeWrite,
  type WebhookRecord,
  webhookEnd,
  webhookWrite,
} from '../../../functions/store/webhooks.ts';
import { apply, queriesOf, tableWith, writingOn } from './applied.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const webhook = (id: string, more: Partial<WebhookRecord> = {}): WebhookRecord => ({
  id,
  url: 'https://hooks.acme.test/',
  prefix: '',
  types: [],
  format: 'standard',
  state: 'active',
  createdAt: T,
  by: 'olga',
  secrets: { version: 1 },
  next: 0,
  due: 0,
  queuedAt: null,
  lease: null,
  failures: 0,
  failingSince: null,
  notBefore: null,
  restUntil: null,
  last: null,
  isTold: false,
  rev: 0,
  ...more,
});

describe('webhooks', () => {
  it('are read one by one, and all at once as they stand at that moment', async () => {
    const table = await tableWith(
      webhookWrite(webhook('wh_b')),
      webhookWrite(webhook('wh_a', { state: 'removed' })),
    );
    expect(await loadWebhook(table, 'wh_b')).toEqual(webhook('wh_b', { rev: 1 }));
    expect(await loadWebhook(table, 'wh_c')).toBeUndefined();
    const asked = queriesOf(table);
    expect((await loadWebhooks(table)).map(({ id }) => id)).toEqual(['wh_a', 'wh_b']);
    expect(asked.map(({ consistent }) => consistent)).toEqual([true]);
  });

  it('end over what was read', async () => {
    const table = await tableWith(webhookWrite(webhook('wh_a')));
    expect(await table.transact([webhookEnd(webhook('wh_a', { rev: 2 }))], 'x')).toMatchObject({
      outcome: 'refused',
    });
    await apply(table, webhookEnd(webhook('wh_a', { rev: 1 })));
    expect(await loadWebhook(table, 'wh_a')).toBeUndefined();
  });
});

describe('a change of a webhook', () => {
  const beside = { put: { pk: 'X', sk: 'x' } };
  const paused = (record: WebhookRecord | undefined) =>
    record ? { webhook: { ...record, state: 'paused' as const }, value: 'paused' } : { value: 'gone' };

  it('is stored with what stands beside it', async () => {
    const table = await tableWith(webhookWrite(webhook('wh_a')));
    const value = await changeWebhook(writingOn(table, T), 'wh_a', (record) => ({
      ...paused(record),
      beside: [beside],
    }));
    expect(value).toBe('paused');
    expect(await loadWebhook(table, 'wh_a')).toMatchObject({ state: 'paused', rev: 2 });
    expect(await table.get(beside.put)).toBeDefined();
  });

  it('is asked of nothing where there is none, and then nothing is written', async () => {
    const table = await tableWith();
    expect(await changeWebhook(writingOn(table, T), 'wh_a', paused)).toBe('gone');
    expect((await table.scan()).rows).toEqual([]);
  });

  it.each<[string, (record: WebhookRecord | undefined) => object]>([
    ['says nothing of it', () => ({})],
    ['leaves it as it was', (record) => ({ webhook: record })],
  ])('leaves its row where it %s', async (_, change) => {
    const table = await tableWith(webhookWrite(webhook('wh_a')));
    await changeWebhook(writingOn(table, T), 'wh_a', (record) => ({
      ...change(record),
      beside: [beside],
      value: 1,
    }));
    expect(await loadWebhook(table, 'wh_a')).toMatchObject({ rev: 1 });
    expect(await table.get(beside.put)).toBeDefined();
  });

  it('is decided again where it changed meanwhile', async () => {
    const table = await tableWith(webhookWrite(webhook('wh_a')));
    let meanwhile = async () => {
      meanwhile = async () => {};
      await changeWebhook(writingOn(table, T + 1), 'wh_a', (record) => ({
        webhook: { ...record!, due: 5 },
        value: 0,
      }));
    };
    await changeWebhook(writingOn(table, T), 'wh_a', async (record) => {
      await meanwhile();
      return paused(record);
    });
    expect(await loadWebhook(table, 'wh_a')).toMatchObject({ state: 'paused', due: 5, rev: 3 });
  });

  it('that can never be stored is a fault that names it', async () => {
    const table = await tableWith(webhookWrite(webhook('wh_a')));
    table.transact = async () => ({ outcome: 'busy', reason: 'throttled' });
    await expect(changeWebhook(writingOn(table, T), 'wh_a', paused)).rejects.toThrow('webhook wh_a');
  });
});

describe('the webhooks that who decides knows of', () => {
  const scope = (id: string, prefix = ''): WebhookScope => ({ id, prefix, types: [] });
  const list = async (table: MemoryTable, id: string, webhook: WebhookScope | undefined) =>
    commit(writingOn(table, T), 'a scope', async () => ({
      writes: [await scopeWrite(table, id, webhook)],
      value: 0,
    }));

  it('are listed with the pauses, each once, and taken off again', async () => {
    const { evaluatePaused: _, ...paused } = await loadPauses(await tableWith());
    const table = await tableWith(pausesWrite({ ...paused, evaluatePaused: [], notify: T }));
    await list(table, 'a', scope('a'));
    await list(table, 'b', scope('b'));
    await list(table, 'a', scope('a', 'acmeCo/'));
    expect(await loadPauses(table)).toMatchObject({
      notify: T,
      webhooks: [scope('b'), scope('a', 'acmeCo/')],
    });
    await list(table, 'b', undefined);
    expect((await loadPauses(table)).webhooks).toEqual([scope('a', 'acmeCo/')]);
    await list(table, 'a', undefined);
    expect(await loadPauses(table)).not.toHaveProperty('webhooks');
  });
});

describe('a webhook hears', () => {
  it.each<[boolean, Partial<WebhookScope>, string, string]>([
    [true, {}, 'task.warned', 'acmeCo/a'],
    [true, {}, 'operator.alert.raised', ''],
    [true, { types: ['task.warned'] }, 'task.warned', 'acmeCo/a'],
    [false, { types: ['task.warned'] }, 'task.kept', 'acmeCo/a'],
    [true, { types: ['task.kept', 'task.warned'] }, 'task.warned', 'acmeCo/a'],
    [true, { prefix: 'acmeCo/' }, 'task.warned', 'acmeCo/a'],
    [false, { prefix: 'acmeCo/' }, 'task.warned', 'acmeCorp/a'],
    [false, { prefix: 'acmeCo/' }, 'task.warned', 'other/acmeCo/a'],
    [false, { prefix: 'acmeCo/' }, 'operator.alert.raised', ''],
    [true, { prefix: 'acmeCo/a' }, 'task.warned', 'acmeCo/a'],
    [false, { prefix: 'acmeCo/a' }, 'task.warned', 'acmeCo/a/b'],
    [false, { removed: true }, 'task.warned', 'acmeCo/a'],
    [false, { prefix: 'acmeCo/', types: ['task.warned'] }, 'task.kept', 'acmeCo/a'],
  ])('%s: %j of %s about %j', (expected, more, type, subject) => {
    expect(hears({ id: 'w', prefix: '', types: [], ...more }, type, subject)).toBe(expected);
  });
});
