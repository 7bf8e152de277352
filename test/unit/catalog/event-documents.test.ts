import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod/mini';
import { accepts, DETAIL_TYPES, type DetailType, documentOf, EVENTS, jsonSchemaOf } from './event-schemas.ts';

const README = readFileSync(new URL('../../../docs/events/README.md', import.meta.url), 'utf8');

/** The example under the heading of an event in the documentation. */
function exampleOf(type: DetailType): Record<string, unknown> {
  const section = README.split(/^### /m).find((part) => part.startsWith(`${type}\n`));
  const example = section && /```json\n([\s\S]*?)```/.exec(section)?.[1];
  if (!example) throw new Error(`no example of ${type} in docs/events/README.md`);
  return JSON.parse(example);
}

function both(type: DetailType, detail: unknown): { code: boolean; document: boolean } {
  const document = JSON.parse(readFileSync(documentOf(type), 'utf8'));
  return { code: z.safeParse(EVENTS[type], detail).success, document: accepts(document, detail) };
}

describe('the documents of the events', () => {
  // `UPDATE_DOCUMENTS=1 vitest run event-documents` and `npm run format` write them anew from the code.
  it.each(DETAIL_TYPES)('describe %s as the code reads it', (type) => {
    const schema = jsonSchemaOf(type);
    if (process.env.UPDATE_DOCUMENTS) writeFileSync(documentOf(type), JSON.stringify(schema, null, 2));
    expect(JSON.parse(readFileSync(documentOf(type), 'utf8'))).toEqual(schema);
  });

  it.each(DETAIL_TYPES)('have an example of %s that is taken', (type) => {
    expect(both(type, exampleOf(type))).toEqual({ code: true, document: true });
  });

  it.each(DETAIL_TYPES)('refuse %s where any required key is missing', (type) => {
    const example = exampleOf(type);
    const required = jsonSchemaOf(type).required as string[];
    for (const key of required) {
      const { [key]: _, ...rest } = example;
      expect({ key, ...both(type, rest) }).toEqual({ key, code: false, document: false });
    }
  });

  it.each(DETAIL_TYPES)('take %s with a key that a later sender added', (type) => {
    expect(both(type, { ...exampleOf(type), addedLater: 1 })).toEqual({ code: true, document: true });
  });

  const task = exampleOf('Task Published').task as Record<string, unknown>;
  it.each<[string, DetailType, Record<string, unknown>]>([
    ['a version of tomorrow', 'Task Deleted', { version: 2 }],
    ['an unknown kind', 'Task Published', { task: { ...task, kind: 'pipeline' } }],
    ['an instant without a zone', 'Task Published', { publishedAt: '2026-01-05T00:00:00' }],
    ['an unknown publisher', 'Task Published', { by: 'robot' }],
    ['a task without an id', 'Task Deleted', { task: '' }],
    ['a task id of 513 characters', 'Task Deleted', { task: 'a'.repeat(513) }],
    [
      'an unknown shard status',
      'Shards Observed',
      { tasks: [{ task: 'a/b', shards: [{ id: '0', status: 'UP' }] }] },
    ],
    ['a negative total', 'Restarts Counted', { totals: [{ task: 'a/b', total: -1 }] }],
    ['half a restart', 'Restarts Counted', { totals: [{ task: 'a/b', total: 0.5 }] }],
    ['an unknown state', 'Data Plane Reported', { state: 'slow' }],
    ['a version of the task as text', 'Task Disabled', { taskVersion: '7' }],
  ])('refuse %s', (_, type, change) => {
    expect(both(type, { ...exampleOf(type), ...change })).toEqual({ code: false, document: false });
  });

  it('leaves to the code what a schema cannot say: days that do not exist, broken ids and addresses', () => {
    const published = exampleOf('Task Published');
    for (const detail of [
      { ...published, publishedAt: '2026-02-30T00:00:00Z' },
      { ...published, task: { ...task, id: 'acmeCo//orders' } },
      { ...published, task: { ...task, owners: ['ana@acme.test\nBcc: eve@evil.test'] } },
    ]) {
      expect(both('Task Published', detail)).toEqual({ code: false, document: true });
    }
  });
});
