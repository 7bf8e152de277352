import { createHash } from 'node:crypto';

/** Keys of a configuration whose values are secrets, by what Kafka's and well-known connectors call theirs. */
const SECRET_KEY =
  /passw|passphrase|pwd|secret|token(?!i[sz])|credential|authorization|jaas|user\.info|(private|access|api|account|storage|keystore|truststore|encryption)[._-]?key|keystore\.certificate|sas\b/i;

/** The value is read elsewhere (`${file:/run/secrets:password}`): it is no secret, but says where one is. */
const REFERENCE = /^\$\{[^{}]+\}$/;

/** `user:password@` of a URL, and secrets among its parameters. */
const IN_URL = /(?<=:\/\/)[^/@\s]*(?=@)|(?<=[?&;,](?:passw\w*|pwd|secret|token|api_?key)=)[^&;,\s]*/gi;

const LENGTH = 32;

/** The first 32 characters of the SHA-256 of a text, as base64url. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, LENGTH);
}

/**
 * The revision of a connector: a hash of its configuration, whatever the order of its keys. Of a secret only that it is
 * there counts, not its value: no hash of ours can be tried against guesses, and a rotated password is no publication
 * (docs/decisions/0042-kafka-connect.md).
 */
export function revisionOf(config: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(config)
    .map(([key, value]): [string, unknown] => [key, withoutSecret(key, value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return hashOf(JSON.stringify(entries));
}

function withoutSecret(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || REFERENCE.test(value)) return value;
  return SECRET_KEY.test(key) ? 'secret' : value.replace(IN_URL, 'secret');
}
