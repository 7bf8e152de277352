import { formatInstant, type Instant } from '../functions/abandonment/time.ts';
import { sourceWrite } from '../functions/store/sources.ts';
import type { Table } from '../functions/store/table/table.port.ts';

const SOURCE = 'bench';

/** The id of the task that an event publishes. */
export function publishedTask(place: number): string {
  return `tenant${place % 50}/production/capture-${place}`;
}

/** Events that publish a task each, as the ingest queue has them. */
export function publishedBodies(count: number, at: Instant): string[] {
  const publishedAt = formatInstant(at);
  return Array.from({ length: count }, (_, place) => {
    const task = {
      id: publishedTask(place),
      kind: 'capture',
      owners: [`owner${place % 1_000}@example.com`],
      dataPlane: 'eu-1',
      enabled: true,
      createdAt: publishedAt,
      version: 1,
    };
    const detail = { version: 1, task, publishedAt, by: 'creation' };
    return JSON.stringify({ id: `event-${place}`, source: SOURCE, 'detail-type': 'Task Published', detail });
  });
}

/** Lets their source say so. */
export async function registerPublisher(table: Table): Promise<void> {
  const result = await table.transact(
    [sourceWrite({ name: SOURCE, prefixes: ['*'], dataPlanes: ['*'] })],
    'bench',
  );
  if (result.outcome !== 'applied') throw new Error('the source of the bench is not registered');
}
