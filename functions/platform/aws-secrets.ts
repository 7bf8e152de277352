import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { type Duration, type Instant, MINUTE } from '../abandonment/time.ts';
import { secretsManagerClient, ssmClient } from './clients.ts';
import type { SecretPlace } from './control-plane-settings.ts';
import type { Clock, Secrets } from './ports.ts';
import { RealClock } from './real-clock.ts';

/** What was read is used for so long, so that a secret that is replaced is soon known. */
const READ_AGAIN_AFTER: Duration = 5 * MINUTE;
/** What could not be read is asked for again after this time at the earliest. */
const ASKED_AGAIN_AFTER: Duration = MINUTE / 4;

export interface AwsSecretsOptions {
  secretsManager: SecretsManagerClient;
  ssm: SSMClient;
  /** Real time: secrets are replaced whatever time a stage was told. */
  clock: Clock;
}

interface Known {
  /** When it is read again. */
  until: Instant;
  reading: Promise<string>;
}

/**
 * Secrets of Secrets Manager, and SecureStrings of SSM. Kept for five minutes; while one cannot be read, what was read before
 * goes on being used.
 */
export class AwsSecrets implements Secrets {
  readonly #options: AwsSecretsOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: AwsSecretsOptions) {
    this.#options = options;
  }

  /** All who come while it is read wait for the same answer. */
  read(place: SecretPlace): Promise<string> {
    const name = JSON.stringify(place);
    const cached = this.#known.get(name);
    if (cached && this.#options.clock.now() < cached.until) return cached.reading;
    const reading = this.#readAgain(name, place, cached);
    this.#known.set(name, { until: this.#options.clock.now() + READ_AGAIN_AFTER, reading });
    return reading;
  }

  async #readAgain(name: string, place: SecretPlace, before: Known | undefined): Promise<string> {
    try {
      return await this.#ask(place);
    } catch (error) {
      const soon = this.#known.get(name);
      if (soon) soon.until = this.#options.clock.now() + ASKED_AGAIN_AFTER;
      if (!before) throw error;
      // Throws what made the first reading fail, where nothing was ever read.
      return before.reading.catch(() => Promise.reject(error));
    }
  }

  async #ask(place: SecretPlace): Promise<string> {
    const { secretsManager, ssm } = this.#options;
    if ('secret' in place) {
      const { SecretString } = await secretsManager.send(
        new GetSecretValueCommand({ SecretId: place.secret }),
      );
      if (SecretString === undefined) throw new Error(`the secret ${place.secret} holds no text`);
      return SecretString;
    }
    const command = new GetParameterCommand({ Name: place.parameter, WithDecryption: true });
    const { Parameter } = await ssm.send(command);
    if (Parameter?.Value === undefined) throw new Error(`the parameter ${place.parameter} holds no text`);
    if (Parameter.Type !== 'SecureString')
      throw new Error(`the parameter ${place.parameter} is no SecureString`);
    return Parameter.Value;
  }
}

/** What a deployed function reads secrets with. */
export function deployedSecrets(): Secrets {
  return new AwsSecrets({
    secretsManager: secretsManagerClient(),
    ssm: ssmClient(),
    clock: new RealClock(),
  });
}
