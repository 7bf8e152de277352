import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fetchJars, JAVA, type Jars, missingForJars } from './maven-jars.ts';

const VERSION = '2.6.1';

/** Where AWS's own DynamoDB Local lies once it is fetched; its jars are in `lib/`. */
export const DYNAMODB_LOCAL = join(import.meta.dirname, '..', '.local', 'dynamodb-local', VERSION);

const JARS: Jars = {
  title: `DynamoDB Local ${VERSION}`,
  home: DYNAMODB_LOCAL,
  megabytes: 50,
  artifacts: [{ group: 'com.amazonaws', artifact: 'DynamoDBLocal', version: VERSION }],
  hashes: join(import.meta.dirname, 'dynamodb', 'files.sha256'),
};

/** What it takes and is not here; undefined where it can be had. */
export function missingForDynamoDbLocal(): string | undefined {
  return missingForJars(JARS);
}

/** What it takes to start it by `dynamodb/TableServer.java`, which Java compiles as it runs it. */
export function missingCompiler(): string | undefined {
  const { stdout } = spawnSync('java', ['--list-modules'], { encoding: 'utf8' });
  return /^jdk\.compiler@/m.test(stdout ?? '') ? undefined : `no JDK ${JAVA} or newer`;
}

/** Fetches it the first time; why it cannot be had here, undefined where it is there. */
export function fetchDynamoDbLocal(): string | undefined {
  return fetchJars(JARS);
}
