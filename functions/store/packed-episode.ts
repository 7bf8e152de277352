import { gunzipSync, gzipSync } from 'node:zlib';
import type { Episode } from '../abandonment/task.ts';
import { type EpisodeRow, episodeFromRow, episodeToRow } from './episode-row.ts';

/** So many entries stand plainly in a row; more are packed, for a row has an end (DynamoDB's 400 KB). */
const MOST_PLAIN = 200;

/** What grows with the number of recipients. */
type Parts = Pick<Episode, 'told' | 'mails'>;

/** An open episode as it stands in a row. */
export type Stored = EpisodeRow & { packed?: string };

/** The open episode for its row: with many recipients, who was notified and by which mails is packed into one text. */
export function packed(open: Episode): Stored {
  const row = episodeToRow(open);
  if (Object.keys(open.told).length + open.mails.length <= MOST_PLAIN) return row;
  const { told, mails } = open;
  const parts: Parts = { told, mails };
  // The fastest level: most of the size is in names and addresses that repeat.
  const text = gzipSync(JSON.stringify(parts), { level: 1 }).toString('base64');
  newest = { text, parts };
  return { ...row, told: {}, mails: [], packed: text };
}

/** The newest text that was unpacked: who works a task's mails reads its row again and again. */
let newest: { text: string; parts: Parts } | undefined;

/** The open episode of a row, packed or not. */
export function unpacked({ packed: text, ...row }: Stored): Episode {
  const open = episodeFromRow(row);
  if (text === undefined) return open;
  if (newest?.text !== text) {
    newest = { text, parts: JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString()) as Parts };
  }
  return { ...open, ...newest.parts };
}
