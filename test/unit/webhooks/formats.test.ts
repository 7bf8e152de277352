import { describe, expect, it } from 'vitest';
import { NEWS_TYPES, type WebhookFormat } from '../../../functions/store/webhooks.ts';
import { bodyOf } from '../../../functions/webhooks/formats.ts';

const AT = Date.parse('2026-02-03T09:15:00Z');
const event = (data: Record<string, unknown> = {}, type = 'task.warned') => ({
  type,
  at: AT,
  data: {
    task: 'acmeCo/prod/orders',
    kind: 'capture',
    dataPlane: 'aws-eu-1',
    disableAt: '2026-02-10T09:15:00Z',
    ...data,
  },
});

/** The words that a chat tool shows. */
function wordsOf(format: WebhookFormat, data?: Record<string, unknown>, type?: string): string {
  const body = JSON.parse(bodyOf(format, event(data, type)));
  return format === 'teams' ? body.attachments[0].content.body[0].text : body.text;
}

describe('a message', () => {
  it('says what happened to which task, and what follows', () => {
    expect(wordsOf('slack')).toBe(
      '*Owners warned*: `acmeCo/prod/orders` (`capture` on `aws-eu-1`) is disabled on 2026-02-10 09:15 UTC unless it runs again or somebody keeps it.',
    );
    expect(wordsOf('teams')).toContain(
      '**Owners warned**: acmeCo/prod/orders (capture on aws-eu-1) is disabled',
    );
    expect(wordsOf('google-chat', { disableAt: null })).toContain('It is not going to be disabled.');
  });

  it.each(NEWS_TYPES)('of %s has words of its own', (type) => {
    const words = wordsOf('slack', { reason: 'kept', by: 'person', until: 'x', at: 'x', since: 'x' }, type);
    expect(words).toContain('acmeCo/prod/orders');
  });
});

describe('a message about an operator alert', () => {
  const alert = { code: 'data-plane-silent', subject: 'aws-eu-1', task: null, since: '2026-02-03T09:00:00Z' };

  it('says what is the matter with what, and since when', () => {
    expect(wordsOf('slack', alert, 'operator.alert.raised')).toBe(
      '*For operators*: `aws-eu-1`: it gives no life sign; the clocks of its tasks stand still (`data-plane-silent`), since 2026-02-03 09:00 UTC.',
    );
    const over = { ...alert, endedAt: '2026-02-04T12:15:00Z' };
    expect(wordsOf('teams', over, 'operator.alert.ended')).toBe(
      '**Over**: aws-eu-1: it gives no life sign; the clocks of its tasks stand still (data-plane-silent), from 2026-02-03 09:00 UTC to 2026-02-04 12:15 UTC.',
    );
  });

  it('of a recipient names nobody', () => {
    const nobody = { ...alert, code: 'notify-failing', subject: null };
    expect(wordsOf('google-chat', nobody, 'operator.alert.raised')).toBe(
      '*For operators*: what waits for one recipient can never be mailed (`notify-failing`), since 2026-02-03 09:00 UTC.',
    );
  });

  it('lets no subject be a mention', () => {
    const words = wordsOf('slack', { ...alert, subject: '<!channel>' }, 'operator.alert.raised');
    expect(words).toContain('`&lt;!channel&gt;`');
  });
});

describe('names of others', () => {
  const HOSTILE =
    'x`</code> <!channel> <@U1> <users/all> *b* _i_ [a](https://evil.test) @all & https://evil.test';

  it('are no mention, link or emphasis in Slack: all of it is code, whose marks are gone', () => {
    const words = wordsOf('slack', { task: HOSTILE });
    expect(words).not.toMatch(/<|>/);
    const [, task] = words.split('`');
    expect(task).toContain('&lt;!channel&gt; &lt;@U1&gt;');
    // The marks of task, kind and data plane, and no others.
    expect(words.split('`')).toHaveLength(7);
  });

  it('are no mention in Google Chat', () => {
    const words = wordsOf('google-chat', { task: HOSTILE });
    expect(words).not.toMatch(/<|>/);
    expect(words.split('`')).toHaveLength(7);
  });

  it('are no link or emphasis in Teams', () => {
    const words = wordsOf('teams', { task: HOSTILE });
    expect(words).not.toContain('://');
    expect(words).not.toMatch(/[^\\]\[a/);
    expect(words).not.toContain('<');
    expect(words.match(/(?<!\\)\*/g)).toHaveLength(4);
    expect(words).not.toContain('@all');
  });

  it('are on one line, of bounded length, without what turns text around', () => {
    for (const format of ['slack', 'teams', 'google-chat'] as const) {
      const words = wordsOf(format, { task: `a\n\u202e${'b'.repeat(500)}` });
      expect(words).not.toMatch(/\n|\u202e/);
      expect(words.length).toBeLessThan(400);
    }
  });
});
