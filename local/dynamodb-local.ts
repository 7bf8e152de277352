import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const VERSION = '2.6.1';
const JAVA = 17;

/** Where AWS's own DynamoDB Local lies once it is fetched; its jars are in `lib/`. */
export const DYNAMODB_LOCAL = join(import.meta.dirname, '..', '.local', 'dynamodb-local', VERSION);

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>taskwarden</groupId>
  <artifactId>dynamodb-local</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** The `java` of the `PATH`: its release, 0 where there is none, and where it is installed. */
export function findJava(): { major: number; home: string } {
  const { stderr } = spawnSync('java', ['-XshowSettings:properties', '-version'], { encoding: 'utf8' });
  const home = /^\s*java\.home = (.+)$/m.exec(stderr ?? '')?.[1] ?? '';
  return { major: Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0), home };
}

/** What it takes and is not here; undefined where it can be had. */
export function missingForDynamoDbLocal(): string | undefined {
  if (findJava().major < JAVA) return `no Java ${JAVA} or newer`;
  if (existsSync(DYNAMODB_LOCAL)) return undefined;
  return spawnSync('mvn', ['--version']).status === 0 ? undefined : 'no Maven (mvn) to fetch it with';
}

/** Fetches it the first time; why it cannot be had here, undefined where it is there. */
export function fetchDynamoDbLocal(): string | undefined {
  const missing = missingForDynamoDbLocal();
  if (missing !== undefined || existsSync(DYNAMODB_LOCAL)) return missing;
  return fetchInto(DYNAMODB_LOCAL) ? undefined : 'Maven could not fetch it';
}

/** Renamed into place at the end, so that an interrupted download is never taken for a whole one. */
function fetchInto(home: string): boolean {
  mkdirSync(dirname(home), { recursive: true });
  const draft = mkdtempSync(join(dirname(home), 'fetching-'));
  writeFileSync(join(draft, 'pom.xml'), POM);
  console.log(`fetching DynamoDB Local ${VERSION} (about 50 MB) into ${home}`);
  const copy = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(draft, 'lib')}`];
  const { status, stdout } = spawnSync('mvn', copy, { cwd: draft, encoding: 'utf8' });
  if (status === 0 && !existsSync(home)) renameSync(draft, home);
  else rmSync(draft, { recursive: true, force: true });
  if (status !== 0) console.error(stdout);
  return existsSync(home);
}
