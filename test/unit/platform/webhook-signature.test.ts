import { describe, expect, it } from 'vitest';
import { webhookHeaders } from '../../../functions/platform/webhook-signature.ts';

/** What Standard Webhooks publish to try an implementation with. */
const PUBLISHED = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  message: { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_000, body: '{"test": 2432232314}' },
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const OTHER = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('signatures by Standard Webhooks', () => {
  it('are those that are published', () => {
    expect(webhookHeaders(PUBLISHED.message, PUBLISHED.secret)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': PUBLISHED.signature,
    });
  });

  it('name the second in which a message was sent, not the next one', () => {
    const message = { ...PUBLISHED.message, at: PUBLISHED.message.at + 999 };
    expect(webhookHeaders(message, PUBLISHED.secret)['webhook-signature']).toBe(PUBLISHED.signature);
  });

  it('are two while one secret follows another', () => {
    const { 'webhook-signature': both = '' } = webhookHeaders(
      PUBLISHED.message,
      `${OTHER} ${PUBLISHED.secret}\n`,
    );
    const { 'webhook-signature': signature } = webhookHeaders(PUBLISHED.message, OTHER);
    expect(both.split(' ')).toEqual([signature, PUBLISHED.signature]);
  });

  it.each([
    ['', 'nothing'],
    ['whsec_', 'a prefix alone'],
    ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'no prefix'],
    [`whsec_${Buffer.alloc(23).toString('base64')}`, '23 bytes'],
    [`whsec_${Buffer.alloc(65).toString('base64')}`, '65 bytes'],
    ['whsec_not base64!', 'no base64'],
    [`${OTHER} secret-of-mine`, 'a second one that is none'],
  ])('are not made with %s (%s), and the fault does not name it', (secret) => {
    const sign = () => webhookHeaders(PUBLISHED.message, secret);
    expect(sign).toThrow('a secret for signatures is whsec_ and 24 to 64 bytes in base64');
    expect(sign).not.toThrow('mine');
  });
});
