import { randomBytes } from 'node:crypto';
import {
  DeleteParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { webhookSecretParameter } from './names.ts';
import type { WebhookSecretStore } from './ports.ts';
import { webhookSecretOf } from './webhook-signature.ts';

/** Secrets of webhooks as SecureStrings of SSM: a parameter for each, whose versions follow one another. */
export class AwsWebhookSecrets implements WebhookSecretStore {
  readonly #client: SSMClient;
  readonly #stage: string;

  constructor(client: SSMClient, stage: string) {
    this.#client = client;
    this.#stage = stage;
  }

  make(): string {
    return webhookSecretOf(randomBytes(32));
  }

  async write(webhook: string, secret: string): Promise<number> {
    const { Version } = await this.#client.send(
      new PutParameterCommand({
        Name: webhookSecretParameter(this.#stage, webhook),
        Description: 'Signs the calls of a webhook of Taskwarden; each version is one secret',
        Type: 'SecureString',
        Value: secret,
        Overwrite: true,
      }),
    );
    if (Version === undefined) throw new Error('SSM did not say which version of the secret it keeps');
    return Version;
  }

  async remove(webhook: string): Promise<void> {
    try {
      const Name = webhookSecretParameter(this.#stage, webhook);
      await this.#client.send(new DeleteParameterCommand({ Name }));
    } catch (error) {
      if (!(error instanceof ParameterNotFound)) throw error;
    }
  }
}
