import { gunzipSync, gzipSync } from 'node:zlib';
import type { Stopping } from '../abandonment/task.ts';

/** So many entries stand plainly in a row; more are packed, for a row has an end (DynamoDB's 400 KB). */
const MOST_PLAIN = 200;

/** What was announced of a task's deadlines, as it stands in a row. */
export type StoredStopping = Stopping & { packed?: string };

/** For its row: with many recipients, who was notified is packed into one text. */
export function packedStopping(stopping: Stopping): StoredStopping {
  const { told } = stopping;
  if (Object.keys(told).length <= MOST_PLAIN) return stopping;
  return { ...stopping, told: {}, packed: gzipSync(JSON.stringify(told), { level: 1 }).toString('base64') };
}

/** Of a row, packed or not. */
export function unpackedStopping({ packed, ...stopping }: StoredStopping): Stopping {
  if (packed === undefined) return stopping;
  const announcements = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as Stopping['told'];
  return { ...stopping, told: announcements };
}
