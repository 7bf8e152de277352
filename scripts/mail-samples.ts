import { LANGUAGES, type Language } from '../emails/languages.ts';
import type { Notice } from '../functions/abandonment/task.ts';
import { DAY } from '../functions/abandonment/time.ts';
import { declineHeaders, itemRef, type MailLinks } from '../functions/notices/render/links.ts';
import { buildMime } from '../functions/notices/render/mime.ts';
import type { RenderedDigest } from '../functions/notices/render/render.ts';
import type { DigestFacts, MailItem } from '../functions/notices/send/digest-facts.ts';

/** Every way in which a mail speaks of a task; a new notice without an entry below does not compile. */
export type Wording =
  | 'warning-undated'
  | 'warning-dated'
  | 'warning-cause'
  | 'stopping-off'
  | 'overdue-dated'
  | Exclude<Notice, 'warning'>;

const NOW = Date.parse('2026-01-29T00:00:00Z');
const PAST = { disableAt: null, unhealthyFor: 21 * DAY, since: NOW - 21 * DAY };

const RULE = { line: 3, pattern: 'acmeCo/prod/**' };
const AHEAD = { notice: 'stopping', kind: 'job', disableAt: NOW + DAY, since: NOW + DAY } as const;
const LATE = {
  notice: 'overdue',
  kind: 'job',
  isOverdue: true,
  disableAt: NOW + DAY,
  since: NOW - DAY,
  unhealthyFor: DAY,
} as const;

const CHANGES: Record<Wording, Partial<MailItem>> = {
  'warning-undated': { mode: 'notify', disableAt: null, why: { as: 'subscriber', scope: 'acmeCo/' } },
  'warning-dated': {},
  'warning-cause': { cause: 'failed-credentials' },
  reminder: {
    notice: 'reminder',
    disableAt: NOW + 3 * DAY,
    restarts: 1,
    why: { as: 'owner-by-rule', rule: RULE },
  },
  disabled: { ...PAST, notice: 'disabled', disabledAt: NOW, restorableUntil: NOW + 90 * DAY },
  'still-off': {
    ...PAST,
    notice: 'still-off',
    since: NOW - 104 * DAY,
    disabledAt: NOW - 83 * DAY,
    restorableUntil: NOW + 7 * DAY,
  },
  enabled: {
    ...PAST,
    notice: 'enabled',
    enabledAt: NOW,
    resolvedReason: 'disabled',
    why: { as: 'admin', scope: '' },
  },
  withdrawn: {
    notice: 'withdrawn',
    disableAt: null,
    resolvedReason: 'user-published',
    why: { as: 'other' },
  },
  stopping: { ...AHEAD, mode: 'notify' },
  'stopping-off': AHEAD,
  overdue: { ...LATE, mode: 'notify', disableAt: null },
  'overdue-dated': LATE,
  recovered: { ...PAST, notice: 'recovered', resolvedReason: 'recovered' },
};
export const WORDINGS = Object.keys(CHANGES) as Wording[];

const many = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `acmeCo/prod/task-${String(index + 1).padStart(4, '0')}`);

/** The tasks' names, by what is at the edge about them. */
const NAMES = {
  one: ['acmeCo/prod/orders-capture'],
  'two-hundred': many(200),
  'two-thousand': many(2_000),
  'long-names': [`acmeCo/${'x'.repeat(4_993)}`, `acmeCo/${'long words '.repeat(454)}`],
  'right-to-left': ['acmeCo/משימה/ייצור', 'acmeCo/مهمة/إنتاج', 'acmeCo/\u202efdp.exe'],
  emoji: ['acmeCo/🚚/👩‍👧/orders', `acmeCo/${'😀'.repeat(80)}`],
  script: ['<script>alert("1")</script>', '"><img src=x onerror=alert(1)>', '</style>{{heading}}<!--'],
  'header-break': ['a\r\nBcc: eve@evil.test\r\n\r\n<b>body</b>'],
};
export type Edge = keyof typeof NAMES;
export const EDGES = Object.keys(NAMES) as Edge[];

function itemOf(task: string, wording: Wording): MailItem {
  return {
    task,
    episode: 1,
    notice: 'warning',
    kind: 'capture',
    dataPlane: 'aws-eu-1',
    since: NOW - 14 * DAY,
    unhealthyFor: 14 * DAY,
    restarts: 37,
    cause: 'failed',
    disableAt: NOW + 7 * DAY,
    why: { as: 'owner' },
    told: ['team@acme.test'],
    mode: 'disable',
    ...CHANGES[wording],
  };
}

/** A link as long as a signed one. */
const PAGE = `https://${'q'.repeat(32)}.lambda-url.eu-central-1.on.aws/d/${'k'.repeat(104)}`;
const LINKS: MailLinks = {
  page: PAGE,
  preferences: `${PAGE}/preferences`,
  unsubscribe: PAGE.replace('/d/', '/u/'),
  task: (item) => `${PAGE}/${itemRef(item)}`,
};

function factsOf(language: Language, items: MailItem[]): DigestFacts {
  return {
    recipient: 'ana@acme.test',
    now: NOW,
    zone: 'Europe/Berlin',
    language,
    contact: 'platform@acme.test',
    declined: false,
    items,
    links: LINKS,
  };
}

/** The facts of one mail of the preview. */
export function sampleFacts(language: Language, wording: Wording, edge: Edge): DigestFacts {
  return factsOf(
    language,
    NAMES[edge].map((task) => itemOf(task, wording)),
  );
}

export interface Sample {
  /** `de/warning-dated/one`. */
  name: string;
  facts: DigestFacts;
}

/** Every wording with every edge in every language, and one mail with all wordings in each. */
export function allSamples(): Sample[] {
  return LANGUAGES.flatMap((language) => [
    ...WORDINGS.flatMap((wording) =>
      EDGES.map((edge) => ({
        name: `${language}/${wording}/${edge}`,
        facts: sampleFacts(language, wording, edge),
      })),
    ),
    {
      name: `${language}/all/mixed`,
      facts: factsOf(
        language,
        WORDINGS.map((wording) => itemOf(`acmeCo/prod/${wording}`, wording)),
      ),
    },
  ]);
}

/** The message as SES would be given it. */
export function emlOf(facts: DigestFacts, { subject, text, html }: RenderedDigest): Promise<Uint8Array> {
  const notices = facts.items.map(({ notice }) => notice);
  return buildMime({
    to: facts.recipient,
    from: 'Taskwarden <tasks@platform.test>',
    replyTo: facts.contact,
    subject,
    text,
    html,
    headers: facts.links ? declineHeaders(facts.links, notices) : {},
    digest: '01JH0000000000000000000001',
    date: facts.now,
    messageIdDomain: 'platform.test',
  });
}
