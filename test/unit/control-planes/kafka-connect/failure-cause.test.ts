import { describe, expect, it } from 'vitest';
import { causeOfTrace } from '../../../../functions/control-planes/kafka-connect/failure-cause.ts';

const CONNECT = 'org.apache.kafka.connect.errors.ConnectException';

/** As Java prints it: each exception with its frames, the inner ones after `Caused by: `. */
const trace = (...exceptions: string[]) =>
  exceptions
    .map(
      (exception, depth) =>
        `${depth === 0 ? '' : 'Caused by: '}${exception}\n\tat a.B.c(B.java:1)\n\t... 7 more`,
    )
    .join('\n');

describe('the class of what a trace tells of', () => {
  it.each([
    [
      'not-found',
      trace(
        `${CONNECT}: Couldn't find or create file '/no/out.txt' for FileStreamSinkTask`,
        'java.nio.file.NoSuchFileException: /no/out.txt',
      ),
    ],
    [
      'schema',
      trace(
        `${CONNECT}: Tolerance exceeded in error handler`,
        'org.apache.kafka.connect.errors.DataException: Converting byte[] to Kafka Connect data failed',
        'org.apache.kafka.common.errors.SerializationException: com.fasterxml.jackson.core.JsonParseException: Unrecognized token',
      ),
    ],
    [
      'credentials',
      trace(
        `${CONNECT}: Failed to connect`,
        'org.postgresql.util.PSQLException: FATAL: password authentication failed for user "x"',
      ),
    ],
    ['credentials', trace('org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized')],
    [
      'credentials',
      trace('org.apache.kafka.common.errors.SaslAuthenticationException: Authentication failed'),
    ],
    ['unreachable', trace(`${CONNECT}: Unable to reach it`, 'java.net.ConnectException: Connection refused')],
    ['unreachable', trace('org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node')],
    ['unreachable', trace(`${CONNECT}: x`, 'java.net.UnknownHostException: db.example.com')],
    ['out-of-memory', trace('java.lang.OutOfMemoryError: Java heap space')],
    ['configuration', trace('org.apache.kafka.common.config.ConfigException: Invalid value x for y')],
    ['configuration', trace(`${CONNECT}: x`, 'java.lang.ClassNotFoundException: com.mysql.jdbc.Driver')],
    [
      'other',
      trace(
        `${CONNECT}: Exiting WorkerSinkTask due to unrecoverable exception.`,
        'java.lang.NullPointerException',
      ),
    ],
    ['other', ''],
  ])('%s', (cause, text) => {
    expect(causeOfTrace(text)).toBe(cause);
  });

  it('is decided by the innermost exception that gives a sign', () => {
    const inner = 'java.net.UnknownHostException: db';
    expect(causeOfTrace(trace('a.SchemaException: x', inner, 'java.lang.Exception: y'))).toBe('unreachable');
  });

  it('is found in no time in a trace of any length', () => {
    const began = performance.now();
    causeOfTrace(trace(...Array.from({ length: 50 }, () => `a.B: ${'Authx '.repeat(20_000)}`)));
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
