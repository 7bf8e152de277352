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

/** The Java that is needed. */
export const JAVA = 17;

/** Programs in Java that Maven fetches, and that are used only as they were pinned. */
export interface Jars {
  /** As people know it, with its version. */
  title: string;
  /** Where it lies once it is fetched; its jars are in `lib/`. */
  home: string;
  /** How much is fetched, about. */
  megabytes: number;
  artifacts: { group: string; artifact: string; version: string }[];
  /** A file with the SHA-256 of each of its files, as `sha256sum` writes them. */
  hashes: string;
}

/** The `java` of the `PATH`: its release, 0 where there is none, and where it is installed. */
export function findJava(): { major: number; home: string } {
  const { stderr } = spawnSync('java', ['-XshowSettings:properties', '-version'], { encoding: 'utf8' });
  const home = /^\s*java\.home = (.+)$/m.exec(stderr ?? '')?.[1] ?? '';
  return { major: Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0), home };
}

/** What it takes and is not here; undefined where it can be had. */
export function missingForJars({ home }: Jars): string | undefined {
  if (findJava().major < JAVA) return `no Java ${JAVA} or newer`;
  if (existsSync(home)) return undefined;
  return spawnSync('mvn', ['--version']).status === 0 ? undefined : 'no Maven (mvn) to fetch it with';
}

/** Fetches them the first time; why they cannot be had here, undefined where they are there. */
export function fetchJars(jars: Jars): string | undefined {
  const missing = missingForJars(jars);
  return missing !== undefined || existsSync(jars.home) ? missing : fetchInto(jars);
}

/** Renamed into place at the end, so that an interrupted or a changed download is never taken for a whole one. */
function fetchInto(jars: Jars): string | undefined {
  const { home, hashes } = jars;
  mkdirSync(dirname(home), { recursive: true });
  const draft = mkdtempSync(join(dirname(home), 'fetching-'));
  try {
    const problem =
      download(jars, draft) ?? differenceFromHashes(join(draft, 'lib'), readFileSync(hashes, 'utf8'));
    if (problem === undefined && !existsSync(home)) renameSync(draft, home);
    return problem;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function download({ title, megabytes, home, artifacts }: Jars, draft: string): string | undefined {
  writeFileSync(join(draft, 'pom.xml'), pomOf(artifacts));
  console.log(`fetching ${title} (about ${megabytes} MB) into ${home}`);
  const copy = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(draft, 'lib')}`];
  const { status, stdout } = spawnSync('mvn', copy, { cwd: draft, encoding: 'utf8' });
  if (status === 0) return undefined;
  console.error(stdout);
  return 'Maven could not fetch it';
}

function pomOf(artifacts: Jars['artifacts']): string {
  const dependencies = artifacts.map(
    ({ group, artifact, version }) => `    <dependency>
      <groupId>${group}</groupId>
      <artifactId>${artifact}</artifactId>
      <version>${version}</version>
    </dependency>
`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>taskwarden</groupId>
  <artifactId>jars</artifactId>
  <version>1</version>
  <dependencies>
${dependencies.join('')}  </dependencies>
</project>
`;
}

/**
 * Compares the files of a folder with a list of `sha256sum`; one of the list may be missing, for another platform.
 * @returns what is wrong with the first that differs, undefined where none does
 */
export function differenceFromHashes(folder: string, list: string): string | undefined {
  const names = new Set(list.split('\n'));
  for (const name of readdirSync(folder).sort()) {
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    if (!names.has(`${hash}  ${name}`)) return `${name} is not the file that was pinned`;
  }
  return undefined;
}
