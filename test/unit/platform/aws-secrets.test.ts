import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import { AwsSecrets } from '../../../functions/platform/aws-secrets.ts';

const secretsManager = mockClient(SecretsManagerClient);
const ssm = mockClient(SSMClient);
const PLACE = { secret: 'taskwarden/kafka' };

beforeEach(() => {
  secretsManager.reset();
  ssm.reset();
});

function stage() {
  const at = { now: 0 };
  const secrets = new AwsSecrets({
    secretsManager: new SecretsManagerClient({ region: 'eu-west-1' }),
    ssm: new SSMClient({ region: 'eu-west-1' }),
    clock: { now: () => at.now },
  });
  return { at, secrets };
}

describe('a secret of Secrets Manager', () => {
  it('is read by its name, once in five minutes however many ask', async () => {
    secretsManager
      .on(GetSecretValueCommand)
      .resolvesOnce({ SecretString: 'old' })
      .resolves({ SecretString: 'new' });
    const { at, secrets } = stage();
    expect(await Promise.all([secrets.read(PLACE), secrets.read(PLACE)])).toEqual(['old', 'old']);
    at.now = 5 * MINUTE - 1;
    expect(await secrets.read(PLACE)).toBe('old');
    at.now += 1;
    expect(await secrets.read(PLACE)).toBe('new');
    const calls = secretsManager.commandCalls(GetSecretValueCommand);
    expect(calls.map(({ args }) => args[0].input)).toEqual([
      { SecretId: 'taskwarden/kafka' },
      { SecretId: 'taskwarden/kafka' },
    ]);
  });

  it('goes on being used while it cannot be read again', async () => {
    secretsManager
      .on(GetSecretValueCommand)
      .resolvesOnce({ SecretString: 'old' })
      .rejects(new Error('throttled'));
    const { at, secrets } = stage();
    await secrets.read(PLACE);
    for (const minutes of [5, 6, 60]) {
      at.now = minutes * MINUTE;
      expect(await secrets.read(PLACE)).toBe('old');
    }
    expect(secretsManager.commandCalls(GetSecretValueCommand)).toHaveLength(4);
  });

  it('that cannot be read is asked for again after 15 s', async () => {
    secretsManager
      .on(GetSecretValueCommand)
      .rejectsOnce(new Error('denied'))
      .resolves({ SecretString: 'there' });
    const { at, secrets } = stage();
    await expect(secrets.read(PLACE)).rejects.toThrow('denied');
    await expect(secrets.read(PLACE)).rejects.toThrow('denied');
    at.now = 15 * SECOND;
    expect(await secrets.read(PLACE)).toBe('there');
  });

  it('is refused where it is binary', async () => {
    secretsManager.on(GetSecretValueCommand).resolves({ SecretBinary: new Uint8Array([1]) });
    await expect(stage().secrets.read(PLACE)).rejects.toThrow('the secret taskwarden/kafka holds no text');
  });
});

describe('a SecureString of SSM', () => {
  const PARAMETER = { parameter: '/taskwarden/kafka' };

  it('is read decrypted', async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'a:b', Type: 'SecureString' } });
    expect(await stage().secrets.read(PARAMETER)).toBe('a:b');
    expect(ssm.commandCalls(GetParameterCommand)[0]?.args[0].input).toEqual({
      Name: '/taskwarden/kafka',
      WithDecryption: true,
    });
  });

  it('is refused where it stands in the clear', async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 's3cret', Type: 'String' } });
    await expect(stage().secrets.read(PARAMETER)).rejects.toThrow(
      'the parameter /taskwarden/kafka is no SecureString',
    );
  });
});
