import type { Notice } from '../../abandonment/task.ts';
import type { DigestRecord } from '../../store/digests.ts';
import { eachMailOf } from '../../store/mails.ts';
import { aggregation, plus } from '../aggregation.ts';
import { beginOf, endOf } from '../days.ts';

/** One wording in one mail. */
interface Worded {
  wording: Notice;
  notices: number;
  state: DigestRecord['state'];
}

/** Mails by their wordings: how many had each, how many notices stood in them, and how many came to nothing. */
export const mailsAggregation = aggregation<Worded>({
  name: 'mails',
  async *source({ table }, day) {
    for await (const mail of eachMailOf(table, { from: beginOf(day), to: endOf(day) - 1 }))
      yield* wordedIn(mail);
  },
  key: ({ wording }) => ({ row: wording, cell: 'all' }),
  fold: (figures, { notices, state }) =>
    plus(figures, { mails: 1, notices, ...(FAILED.includes(state) && { failed: 1 }) }),
});

/** SES did not take it, or could not deliver it, or its reader complained. */
const FAILED: readonly DigestRecord['state'][] = [
  'superseded',
  'unsent',
  'rejected',
  'bounced',
  'complained',
];

function wordedIn({ items, state }: DigestRecord): Worded[] {
  const notices = new Map<Notice, number>();
  for (const { notice } of items) notices.set(notice, (notices.get(notice) ?? 0) + 1);
  return [...notices].map(([wording, count]) => ({ wording, notices: count, state }));
}
