import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../../functions/abandonment/time.ts';
import {
  blameless,
  DIGEST_STATES,
  outcomeOf,
  standingOf,
  superseded,
  unsent,
  withAnswer,
  withProgress,
  withSuppression,
} from '../../../../functions/notices/send/digest-states.ts';
import { type DigestRecord, type DigestState, newDigest } from '../../../../functions/store/digests.ts';

const CLAIMED = Date.parse('2026-03-01T12:00:00Z');
const SOON = CLAIMED + 2_000;

/** A mail in a state, which was carried over to all that it concerns. */
function mail(state: DigestState, more: Partial<DigestRecord> = {}): DigestRecord {
  const draft = newDigest({
    id: 'd',
    recipient: 'ana',
    address: 'ana@acme.test',
    claimedAt: CLAIMED,
    leaseUntil: CLAIMED + MINUTE,
  });
  const dead = { rejected: 'rejected', bounced: 'bounce', complained: 'complaint' }[state as 'bounced'];
  return { ...draft, state, applied: true, ...(dead && { dead }), ...more } as DigestRecord;
}

/** By state before: the state after. */
type After = Record<DigestState, DigestState | undefined>;
const each = (after: After) => Object.entries(after) as [DigestState, DigestState | undefined][];

it('the states of a mail are these, from the first to the last', () => {
  expect(DIGEST_STATES).toEqual([
    'sending',
    'superseded',
    'sent',
    'unsent',
    'delivered',
    'rejected',
    'bounced',
    'complained',
  ]);
});

it.each([
  ['sending', 'open'],
  ['superseded', 'void'],
  ['sent', 'accepted'],
  ['unsent', 'failed'],
  ['delivered', 'accepted'],
  ['rejected', 'failed'],
  ['bounced', 'failed'],
  ['complained', 'failed'],
] as const)('what stood in a mail that is %s is %s', (state, standing) => {
  expect(standingOf(state)).toBe(standing);
});

describe('the answer of SES that it took a mail', () => {
  it.each(
    each({
      sending: 'sent',
      superseded: 'sent',
      sent: 'sent',
      unsent: 'unsent',
      delivered: 'delivered',
      rejected: 'rejected',
      bounced: 'bounced',
      complained: 'complained',
    }),
  )('of one that is %s makes it %s, and is carried over', (before, after) => {
    const digest = withAnswer(mail(before), { sentAt: SOON, messageId: 'ses' });
    expect(digest).toMatchObject({ state: after, sentAt: SOON, messageId: 'ses', applied: false });
  });
});

describe('giving a mail up', () => {
  it.each(
    each({
      sending: 'superseded',
      superseded: 'superseded',
      sent: 'sent',
      unsent: 'unsent',
      delivered: 'delivered',
      rejected: 'rejected',
      bounced: 'bounced',
      complained: 'complained',
    }),
  )('that is %s makes it %s, and is carried over', (before, after) => {
    expect(superseded(mail(before), { retryAt: SOON })).toMatchObject({
      state: after,
      retryAt: SOON,
      unsettled: false,
      applied: false,
    });
    expect(superseded(mail(before), { retryAt: null, unsettled: true })).toMatchObject({
      state: after,
      retryAt: null,
      unsettled: true,
    });
  });
});

describe('that SES took a mail and did not send it', () => {
  it.each(
    each({
      sending: 'unsent',
      superseded: undefined,
      sent: 'unsent',
      unsent: undefined,
      delivered: undefined,
      rejected: undefined,
      bounced: undefined,
      complained: undefined,
    }),
  )('makes one that is %s: %s', (before, after) => {
    const digest = unsent(mail(before));
    expect(digest?.state).toBe(after);
    if (digest) expect(digest).toEqual({ ...mail(before), state: 'unsent', applied: false });
  });
});

describe('that a refusal is nobody’s fault', () => {
  it.each(
    each({
      sending: 'unsent',
      superseded: undefined,
      sent: undefined,
      unsent: undefined,
      delivered: undefined,
      rejected: 'unsent',
      bounced: undefined,
      complained: undefined,
    }),
  )('makes one that is %s: %s', (before, after) => {
    const digest = blameless(mail(before));
    expect(digest?.state).toBe(after);
    if (!digest) return;
    expect(digest).toMatchObject({ blameless: true, applied: false });
    expect(digest).not.toHaveProperty('dead');
  });
});

describe('word that an address is to be suppressed', () => {
  const bounce = { state: 'bounced', dead: 'bounce' } as const;

  it.each(
    each({
      sending: 'bounced',
      superseded: 'bounced',
      sent: 'bounced',
      unsent: 'bounced',
      delivered: 'bounced',
      rejected: 'bounced',
      bounced: 'bounced',
      // A state only rises.
      complained: 'complained',
    }),
  )('of one that is %s makes it %s, with the newest reason', (before, after) => {
    expect(withSuppression(mail(before), bounce)).toEqual({
      ...mail(before),
      state: after,
      dead: 'bounce',
      applied: false,
    });
  });

  it('by a refusal is none where that was taken back; a bounce is', () => {
    const taken = mail('unsent', { blameless: true });
    expect(withSuppression(taken, { state: 'rejected', dead: 'rejected' })).toBeUndefined();
    expect(withSuppression(taken, bounce)).toMatchObject({ state: 'bounced', dead: 'bounce' });
    expect(withSuppression(mail('unsent'), { state: 'rejected', dead: 'rejected' })).toMatchObject({
      state: 'rejected',
    });
  });

  it('rises to a complaint', () => {
    expect(withSuppression(mail('bounced'), { state: 'complained', dead: 'complaint' })).toMatchObject({
      state: 'complained',
      dead: 'complaint',
    });
  });
});

describe('word that a mail is under way, or arrived,', () => {
  it.each(
    each({
      sending: 'delivered',
      superseded: 'delivered',
      sent: 'delivered',
      unsent: 'delivered',
      delivered: undefined,
      rejected: undefined,
      bounced: undefined,
      complained: undefined,
    }),
  )('of one that is %s makes it %s', (before, after) => {
    expect(withProgress(mail(before), { state: 'delivered' })?.state).toBe(after);
  });

  it.each(
    each({
      sending: 'sent',
      superseded: 'sent',
      sent: undefined,
      unsent: undefined,
      delivered: undefined,
      rejected: undefined,
      bounced: undefined,
      complained: undefined,
    }),
  )('that it went makes one that is %s: %s', (before, after) => {
    expect(withProgress(mail(before), { state: 'sent' })?.state).toBe(after);
  });

  it('counts from its claim on, where nobody knows when it went', () => {
    expect(withProgress(mail('sending'), { state: 'sent' })).toMatchObject({ sentAt: CLAIMED });
    const digest = mail('sent', { sentAt: SOON });
    expect(withProgress(digest, { state: 'delivered' })).toMatchObject({ sentAt: SOON });
  });

  it('is carried over where its notices stand otherwise by that', () => {
    expect(withProgress(mail('superseded'), { state: 'sent' })).toMatchObject({ applied: false });
    expect(withProgress(mail('unsent'), { state: 'delivered' })).toMatchObject({ applied: false });
    const sent = mail('sent', { sentAt: SOON });
    expect(withProgress(sent, { state: 'delivered' })).toMatchObject({ applied: true });
    const half = mail('sent', { sentAt: SOON, applied: false });
    expect(withProgress(half, { state: 'delivered' })).toMatchObject({ applied: false });
  });

  it('is taken up where it was left half done', () => {
    const half = mail('delivered', { sentAt: SOON, applied: false });
    expect(withProgress(half, { state: 'sent' })).toBe(half);
  });

  it('notes the first delay alone', () => {
    const sent = mail('sent', { sentAt: SOON });
    expect(withProgress(sent, { state: 'sent', delayedAt: SOON })).toEqual({ ...sent, delayedAt: SOON });
    const delayed = mail('sent', { sentAt: SOON, delayedAt: CLAIMED });
    expect(withProgress(delayed, { state: 'sent', delayedAt: SOON })).toBeUndefined();
    expect(withProgress(mail('sending'), { state: 'sent', delayedAt: SOON })).toMatchObject({
      state: 'sent',
      sentAt: CLAIMED,
      delayedAt: SOON,
    });
  });
});

describe('what became of a mail, for the episodes in it,', () => {
  it.each<[DigestState, { isPrinted: boolean; isUnsent: boolean }]>([
    ['sending', { isPrinted: false, isUnsent: false }],
    ['superseded', { isPrinted: false, isUnsent: false }],
    ['sent', { isPrinted: true, isUnsent: false }],
    ['unsent', { isPrinted: false, isUnsent: true }],
    ['delivered', { isPrinted: true, isUnsent: false }],
    ['rejected', { isPrinted: false, isUnsent: false }],
    ['bounced', { isPrinted: true, isUnsent: false }],
    ['complained', { isPrinted: true, isUnsent: false }],
  ])('that is %s: %o', (state, flags) => {
    expect(outcomeOf(mail(state))).toEqual({
      digest: 'd',
      recipient: 'ana',
      claimedAt: CLAIMED,
      acceptedAt: CLAIMED,
      standing: standingOf(state),
      mayBeOut: flags.isPrinted,
      ...flags,
    });
  });

  it('may be out where it was given up unheard of', () => {
    expect(outcomeOf(mail('superseded', { unsettled: true })).mayBeOut).toBe(true);
    expect(outcomeOf(mail('rejected', { unsettled: true })).mayBeOut).toBe(false);
  });

  it('counts from when SES took it', () => {
    expect(outcomeOf(mail('sent', { sentAt: SOON })).acceptedAt).toBe(SOON);
  });
});
