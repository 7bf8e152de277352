import { DAY } from '../../../../functions/abandonment/time.ts';
import type { DigestFacts, MailItem } from '../../../../functions/notices/send/digest-facts.ts';

export const at = (text: string): number => Date.parse(text);

/** A text as if it stood on one line. */
export const flat = (text: string): string => text.replace(/\s+/g, ' ');

/** A dated warning of 14 days without primary, due on 2026-02-05. */
export function item(changes: Partial<MailItem> = {}): MailItem {
  return {
    task: 'acmeCo/prod/orders-capture',
    episode: 1,
    notice: 'warning',
    kind: 'capture',
    dataPlane: 'aws-eu-1',
    since: at('2026-01-15T00:00:00Z'),
    unhealthyFor: 14 * DAY,
    restarts: 37,
    cause: 'failed',
    disableAt: at('2026-02-05T00:00:00Z'),
    told: ['team@acme.test'],
    mode: 'disable',
    ...changes,
  };
}

export function facts(items: MailItem[], changes: Partial<DigestFacts> = {}): DigestFacts {
  return {
    recipient: 'ana@acme.test',
    now: at('2026-01-29T00:00:00Z'),
    contact: 'platform@acme.test',
    declined: false,
    items,
    ...changes,
  };
}

/** Dated warnings `acmeCo/prod/task-0001` and on, all due at the same instant. */
export function many(count: number, changes: Partial<MailItem> = {}): MailItem[] {
  return Array.from({ length: count }, (_, index) =>
    item({ task: `acmeCo/prod/task-${String(index + 1).padStart(4, '0')}`, ...changes }),
  );
}

/** The HTML as a reader sees it: tags gone, entities resolved. */
export function readable(html: string): string {
  return html
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll('<wbr>', '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}
