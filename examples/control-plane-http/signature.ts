import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whether a request was signed with the secret, as Standard Webhooks do it (https://www.standardwebhooks.com). */
export function isSigned(
  headers: Record<string, string | string[] | undefined>,
  body: string,
  secret: string,
): boolean {
  const [id, at, signatures] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`]);
  if (Math.abs(Date.now() / 1_000 - Number(at)) > 300 || typeof signatures !== 'string') return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const right = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`);
  return signatures.split(' ').some((signature) => {
    const sent = Buffer.from(signature);
    return sent.length === right.length && timingSafeEqual(sent, right);
  });
}
