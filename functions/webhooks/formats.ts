import { formatInstant } from '../abandonment/time.ts';
import { OPERATOR_ALERTS } from '../platform/alert-codes.ts';
import { clip, escapeHtml, visible } from '../platform/escape.ts';
import type { DeliveryRecord } from '../store/webhook-deliveries.ts';
import type { WebhookFormat } from '../store/webhooks.ts';
import { WEBHOOK_VERSION } from './event-schemas.ts';

type SentEvent = Pick<DeliveryRecord, 'type' | 'at' | 'data'>;

/** The body of a call, in the format of its webhook. Pure. */
export function bodyOf(format: WebhookFormat, event: SentEvent): string {
  return JSON.stringify(BODIES[format](event));
}

const BODIES: Record<WebhookFormat, (event: SentEvent) => unknown> = {
  standard: ({ type, at, data }) => ({ type, version: WEBHOOK_VERSION, timestamp: formatInstant(at), data }),
  slack: (event) => ({ text: sentenceOf(event, SLACK), unfurl_links: false, unfurl_media: false }),
  'google-chat': (event) => ({ text: sentenceOf(event, GOOGLE_CHAT) }),
  teams: (event) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [{ type: 'TextBlock', wrap: true, text: sentenceOf(event, TEAMS) }],
        },
      },
    ],
  }),
};

/** How a format writes the words of others, and its own emphasis. */
interface Markup {
  /** A name that somebody else chose: it shows as it is, and is no mention, no link and no emphasis. */
  name(text: string): string;
  strong(text: string): string;
}

/** Names are no longer than this in a message. */
const LONGEST_NAME = 200;
const shown = (text: string) => clip(visible(text), LONGEST_NAME);

/** Between code marks Slack and Google Chat make no mention, link or emphasis; the marks themselves are taken out. */
const asCode = (text: string) => `\`${escapeAngles(shown(text)).replaceAll('`', 'ˋ')}\``;
const escapeAngles = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const SLACK: Markup = { name: asCode, strong: (text) => `*${text}*` };
/** Google Chat takes no entities: a mention is `<users/all>`, which needs its brackets. */
const GOOGLE_CHAT: Markup = {
  name: (text) => `\`${shown(text).replaceAll('`', 'ˋ').replaceAll('<', '‹').replaceAll('>', '›')}\``,
  strong: (text) => `*${text}*`,
};
/** What is markup in an Adaptive Card's text is escaped, and what an address begins with is parted by a joiner of no width. */
const TEAMS: Markup = {
  name: (text) =>
    escapeHtml(shown(text).replaceAll(/[\\`*_{}[\]()#+!|~]/g, (mark) => `\\${mark}`))
      .replaceAll('://', ':\u2060//')
      .replaceAll(/\bwww\./giu, 'www\u2060.')
      .replaceAll('@', '@\u2060'),
  strong: (text) => `**${text}**`,
};

/** One or two sentences that a person wants to read: what happened to which task, and what follows. */
function sentenceOf({ type, data }: SentEvent, { name, strong }: Markup): string {
  const text = (field: string) => String(data[field] ?? '');
  const date = (field: string) => dateOf(text(field));
  const isOfAlert = ALERT_SENTENCES[type];
  if (isOfAlert) return isOfAlert({ alert: alertOf(text, name), strong, date });
  const task = `${name(text('task'))} (${name(text('kind'))} on ${name(text('dataPlane'))})`;
  const isTold = SENTENCES[type];
  if (isTold) return isTold({ task, strong, text, date, hasDate: data.disableAt !== null });
  return `${strong('Test')}: Taskwarden can reach this webhook.`;
}

/** What the matter is with what; codes of a later version are told by their names. */
function alertOf(text: (field: string) => string, name: (text: string) => string): string {
  const entry = Object.entries<{ says: string }>(OPERATOR_ALERTS).find(([code]) => code === text('code'));
  const subject = text('task') || text('subject');
  const says = [...(subject === '' ? [] : [name(subject)]), entry?.[1].says ?? 'see the runbook'].join(': ');
  return `${says} (${name(text('code'))})`;
}

interface AlertWords extends Pick<Words, 'strong' | 'date'> {
  alert: string;
}

const ALERT_SENTENCES: Record<string, (words: AlertWords) => string> = {
  'operator.alert.raised': ({ alert, strong, date }) =>
    `${strong('For operators')}: ${alert}, since ${date('since')}.`,
  'operator.alert.ended': ({ alert, strong, date }) =>
    `${strong('Over')}: ${alert}, from ${date('since')} to ${date('endedAt')}.`,
};

interface Words {
  task: string;
  strong(text: string): string;
  text(field: string): string;
  date(field: string): string;
  hasDate: boolean;
}

const SENTENCES: Record<string, (words: Words) => string> = {
  'task.abandoned': ({ task, strong, date }) =>
    `${strong('Abandoned')}: ${task} has not run since ${date('since')}.`,
  'task.overdue': ({ task, strong, date }) =>
    `${strong('Overdue')}: ${task} still runs; it was to end by ${date('since')}.`,
  'task.warned': ({ task, strong, date, hasDate }) =>
    hasDate
      ? `${strong('Owners warned')}: ${task} is disabled on ${date('disableAt')} unless it runs again or somebody keeps it.`
      : `${strong('Owners notified')}: ${task} is abandoned. It is not going to be disabled.`,
  'task.reminded': ({ task, strong, date }) =>
    `${strong('Reminder')}: ${task} is disabled on ${date('disableAt')} unless it runs again or somebody keeps it.`,
  'task.stopping': ({ task, strong, date }) =>
    `${strong('Stopping soon')}: ${task} is to end by ${date('deadline')}.`,
  'task.held': ({ task, strong, text }) =>
    `${strong('On hold')}: ${task} is left as it is (${text('reason')}).`,
  'task.kept': ({ task, strong, date }) => `${strong('Kept')}: ${task} is left alone until ${date('until')}.`,
  'task.snoozed': ({ task, strong, date }) =>
    `${strong('Snoozed')}: ${task} is left alone until ${date('until')}.`,
  'task.disabled': ({ task, strong, text }) =>
    `${strong('Disabled')}: ${task} was disabled${text('by') === 'person' ? ' by one of its people' : ''}. It can be enabled again.`,
  'task.enabled': ({ task, strong, text }) =>
    `${strong('Enabled')}: ${task} is on again${text('undone') === 'true' ? '; the disabling was taken back' : ''}.`,
  'task.resolved': ({ task, strong, text }) => `${strong('Resolved')}: ${task} (${text('reason')}).`,
};

/** `2026-01-01 09:30 UTC`. */
function dateOf(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}
