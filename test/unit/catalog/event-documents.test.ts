import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod/mini';
import type { Task } from '../../../functions/abandonment/task.ts';
import { EventsControlPlane } from '../../../functions/control-planes/events/events-control-plane.ts';
import { requestIdOf, undoRequestIdOf } from '../../../functions/episodes/confirm.ts';
import { reasonOf } from '../../../functions/episodes/disabling.ts';
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

  it('have the ids and reasons that are sent', async () => {
    const sent: { detailType: string; detail: Record<string, unknown> }[] = [];
    const publish = async (detailType: string, detail: object) =>
      void sent.push({ detailType, detail: { ...detail } });
    const plane = new EventsControlPlane({ publish }, { now: () => 0 });
    const example = exampleOf('Task Disable Requested');
    const id = String(example.task);
    const asker = { by: 'run', run: String(example.run), disableAt: 0 } as const;
    const task = { id, version: 7, dataPlane: 'aws-eu-1' } as Task;
    const asked = { task, isRepeated: false, run: asker.run, episode: 1, disableAt: 0 };
    await plane.disable({ ...asked, requestId: requestIdOf(id, 1), reason: reasonOf(asker) });
    const { requestId, reason, episode } = sent[0]?.detail ?? {};
    expect({ requestId, reason, episode }).toEqual({
      requestId: example.requestId,
      reason: example.reason,
      episode: example.episode,
    });
    for (const type of ['Task Disabled', 'Task Disable Refused'] as const)
      expect(exampleOf(type).requestId).toBe(requestId);
    expect(exampleOf('Task Enable Requested').requestId).toBe(undoRequestIdOf(id, 1));
    const words = README.slice(README.indexOf('### Task Disable Requested')).replaceAll('\n', ' ');
    expect(words).toContain(
      `\`${reasonOf(asker)}\`, or \`${reasonOf({ by: 'person', person: 'x', at: 0 })}\``,
    );
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
