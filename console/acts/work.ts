import { html } from 'hono/html';
import { progressText } from '../../cli/work-view.ts';
import { cancelWork, retryWork } from '../../functions/operator-work/change-work.ts';
import { knownWebhook, pauseWebhook, resumeWebhook } from '../../functions/operators/webhooks.ts';
import { loadOperatorWork } from '../../functions/store/operator-work.ts';
import type { Act } from '../console.ts';
import { facts } from '../parts.ts';
import { reasonField, withReason } from '../typed.ts';

interface WorkWords {
  title: string;
  effect: string;
  button: string;
  done: string;
}

function workAct(name: string, words: WorkWords, change: typeof cancelWork): Act {
  return {
    name,
    fields: ['id'],
    typed: withReason(),
    confirm: async ({ system }, { id = '' }) => {
      const record = await loadOperatorWork(system.table, id);
      if (!record) return { refused: 'no bulk command has this id' };
      return {
        title: words.title,
        body: html`${facts([
          ['Bulk command', record.what],
          ['Progress', progressText(record)],
        ])}<p>${words.effect}</p>`,
        asks: reasonField(),
        button: words.button,
        values: { id },
      };
    },
    act: async ({ system, operator }, { id = '', reason = '' }) => {
      const changed = await change(system, { id, by: await operator(), reason });
      return changed.changed ? { done: [words.done] } : { refused: changed.reason };
    },
  };
}

export const cancelWorkAct = workAct(
  'cancel-work',
  {
    title: 'Cancel a bulk command',
    effect: 'What is done stays done, and the rest is left as it is.',
    button: 'Cancel it',
    done: 'It is cancelled: the rest is left as it is.',
  },
  cancelWork,
);

export const retryWorkAct = workAct(
  'retry-work',
  {
    title: 'Go on with a bulk command',
    effect: 'What failed is tried once more, and what was left is worked.',
    button: 'Go on with it',
    done: 'It goes on with the next scan.',
  },
  retryWork,
);

function webhookAct(name: string, words: WorkWords, change: typeof pauseWebhook): Act {
  return {
    name,
    fields: ['id'],
    confirm: async ({ system }, { id = '' }) => {
      const webhook = await knownWebhook(system.table, id);
      if (!webhook) return { refused: 'no webhook has this id' };
      return {
        title: words.title,
        body: html`${facts([
          ['Webhook', id],
          ['Host', new URL(webhook.url).host],
          ['Due', webhook.due],
        ])}<p>${words.effect}</p>`,
        button: words.button,
        values: { id },
      };
    },
    act: async ({ system, operator }, { id = '' }) => {
      const changed = await change(system, id, await operator());
      if (!changed) return { refused: 'no webhook has this id' };
      return changed.changed ? { done: [words.done] } : { refused: 'it is so already' };
    },
  };
}

export const pauseWebhookAct = webhookAct(
  'pause-webhook',
  {
    title: 'Pause a webhook',
    effect: 'It is called no more until it is resumed. What it is to hear waits, each event for seven days.',
    button: 'Pause it',
    done: 'It is called no more until it is resumed.',
  },
  pauseWebhook,
);

export const resumeWebhookAct = webhookAct(
  'resume-webhook',
  {
    title: 'Resume a webhook',
    effect: 'What is due is sent in its order, the oldest first.',
    button: 'Resume it',
    done: 'It is called again.',
  },
  resumeWebhook,
);
