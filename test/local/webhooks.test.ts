import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { HOUR } from '../../functions/abandonment/time.ts';
import {
  addWebhook,
  rotateWebhook,
  testWebhook,
  webhookHistory,
} from '../../functions/operators/webhooks.ts';
import { AwsWebhookSecrets } from '../../functions/platform/aws-webhook-secrets.ts';
import type { LocalStage } from '../../local/stage.ts';
import { deployedStage, eventually } from './deployed.ts';
import { npmReceiver, pypiReceiver, type Receiver, verdictOf } from './webhook-receivers.ts';

/** The ports that `webhooks.allowHosts` of stage `local` names. */
const PORTS = { npm: 18_787, pypi: 18_788 };

let stage: LocalStage;
let secrets: AwsWebhookSecrets;
const open: Receiver[] = [];

/** A webhook of the deployed stage. */
async function webhookAt(url: string, secret?: string): Promise<{ id: string; secret: string }> {
  const wanted = {
    url,
    prefix: 'iotaCo/',
    types: [],
    format: 'standard' as const,
    ...(secret && { secret }),
  };
  const added = await addWebhook(stage.system, secrets, wanted, 'the test');
  if (added.outcome === 'refused') throw new Error(added.problem);
  return { id: added.webhook.id, secret: added.secret ?? secret ?? '' };
}

/** Sends a test event, and answers its id and what its history says in the end. */
async function tried(id: string): Promise<{ event: string; state: string; reason: string | null }> {
  const { event = '' } = (await testWebhook(stage.system, id, 'the test')) ?? {};
  return eventually('the call', async () => {
    const [delivery] = await webhookHistory(stage.system.table, id, { event, limit: 1 });
    if (!delivery || delivery.state === 'due') return undefined;
    return { event, state: delivery.state, reason: delivery.reason };
  });
}

beforeAll(async () => {
  stage = await deployedStage();
  stage.system.config.webhookHosts = Object.values(PORTS).map((port) => `localhost:${port}`);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SSMClient({
    endpoint: inject('endpoint'),
    region: stage.deployment.region,
    credentials,
  });
  secrets = new AwsWebhookSecrets(client, 'local');
});
afterAll(() => {
  for (const receiver of open) receiver.close();
});

describe('the deployed sender', () => {
  it('is verified by the library of npm; a call that is repeated later, or changed, is refused', async () => {
    let secret = '';
    const receiver = await npmReceiver(PORTS.npm, () => secret);
    open.push(receiver);
    const webhook = await webhookAt(receiver.url);
    ({ secret } = webhook);
    const { event, state } = await tried(webhook.id);
    expect(state).toBe('sent');
    expect(receiver.judged).toEqual([{ id: event, verdict: 'verified' }]);
    const { headers, body } = receiver.last ?? { headers: {}, body: '' };
    expect(verdictOf(secret, body, headers)).toBe('verified');
    expect(verdictOf(secret, `${body} `, headers)).toBe('No matching signature found');
    // The same call as it came, five minutes later: a replay.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 });
    expect(verdictOf(secret, body, headers)).toBe('Message timestamp too old');
    vi.useRealTimers();

    // A rotation: whoever has the old secret, and whoever has the new one, verify each call meanwhile.
    const rotated = await rotateWebhook(stage.system, secrets, webhook.id, { overlap: HOUR }, 'the test');
    const fresh = rotated && 'secret' in rotated ? (rotated.secret ?? '') : '';
    expect(fresh).not.toBe(secret);
    expect(await tried(webhook.id)).toMatchObject({ state: 'sent' });
    const both = receiver.last ?? { headers: {}, body: '' };
    expect([secret, fresh].map((key) => verdictOf(key, both.body, both.headers))).toEqual([
      'verified',
      'verified',
    ]);
    secret = fresh;
    expect(await tried(webhook.id)).toMatchObject({ state: 'sent' });
  });

  it('is verified by the library of PyPI, and refused where the secret is another', async () => {
    const secret = secrets.make();
    const receiver = await pypiReceiver(PORTS.pypi, secret);
    open.push(receiver);
    const webhook = await webhookAt(receiver.url, secret);
    const { event, state } = await tried(webhook.id);
    expect(state).toBe('sent');
    expect(receiver.judged).toEqual([{ id: event, verdict: 'verified' }]);
    const stranger = await webhookAt(receiver.url);
    expect(await tried(stranger.id)).toMatchObject({ state: 'failed', reason: 'client-error' });
    expect(receiver.judged.at(-1)?.verdict).toBe('No matching signature found');
  });

  it('calls no address of its own machine that is not allowed by name, whatever stands in the table', async () => {
    const webhook = await webhookAt(`http://localhost:${PORTS.npm}/`);
    const { pk, sk } = { pk: 'WEBHOOKS', sk: webhook.id };
    const row = await stage.system.table.get({ pk, sk });
    if (!row) throw new Error('no row');
    await stage.system.table.transact([{ put: { ...row, url: 'https://169.254.169.254/' } }], 'the test');
    expect(await tried(webhook.id)).toMatchObject({ state: 'failed', reason: 'address-refused' });
  });
});
