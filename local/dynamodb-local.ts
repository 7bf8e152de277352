import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const VERSION = '2.6.1';
const JAVA = 17;

/** Where AWS's own DynamoDB Local lies once it is fetched; its jars are in `lib/`. */
export const DYNAMODB_LOCAL = join(import.meta.dirname, '..', '.local', 'dynamodb-local', VERSION);

/** The SHA-256 of each file of it, as `sha256sum` writes them. */
const HASHES = join(import.meta.dirname, 'dynamodb', 'files.sha256');

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

/** What it takes to start it by `dynamodb/TableServer.java`, which Java compiles as it runs it. */
export function missingCompiler(): string | undefined {
  const { stdout } = spawnSync('java', ['--list-modules'], { encoding: 'utf8' });
  return /^jdk\.compiler@/m.test(stdout ?? '') ? undefined : `no JDK ${JAVA} or newer`;
}

/** Fetches it the first time; why it cannot be had here, undefined where it is there. */
export function fetchDynamoDbLocal(): string | undefined {
  const missing = missingForDynamoDbLocal();
  return missing !== undefined || existsSync(DYNAMODB_LOCAL) ? missing : fetchInto(DYNAMODB_LOCAL);
}

/** Renamed into place at the end, so that an interrupted or a changed download is never taken for a whole one. */
function fetchInto(home: string): string | undefined {
  mkdirSync(dirname(home), { recursive: true });
  const draft = mkdtempSync(join(dirname(home), 'fetching-'));
  try {
    const problem = download(draft) ?? differenceFromHashes(join(draft, 'lib'), readFileSync(HASHES, 'utf8'));
    if (problem === undefined && !existsSync(home)) renameSync(draft, home);
    return problem;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function download(draft: string): string | undefined {
  writeFileSync(join(draft, 'pom.xml'), POM);
  console.log(`fetching DynamoDB Local ${VERSION} (about 50 MB) into ${DYNAMODB_LOCAL}`);
  const copy = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(draft, 'lib')}`];
  const { status, stdout } = spawnSync('mvn', copy, { cwd: draft, encoding: 'utf8' });
  if (status === 0) return undefined;
  console.error(stdout);
  return 'Maven could not fetch it';
}

/**
 * Compares the files of a folder with a list of `sha256sum`; one of the list may be missing, for another platform.
 * @returns what is wrong with the first that differs, undefined where none does
 */
export function differenceFromHashes(folder: string, list: string): string | undefined {
  const known = new Set(list.split('\n'));
  for (const name of readdirSync(folder).sort()) {
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    if (!known.has(`${hash}  ${name}`)) return `${name} is not the file that was pinned`;
  }
  return undefined;
}
