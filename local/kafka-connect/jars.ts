import { join } from 'node:path';
import { fetchJars, type Jars } from '../maven-jars.ts';

const VERSION = '4.1.0';
const HOME = join(import.meta.dirname, '..', '..', '.local', 'kafka-connect', VERSION);

/** All jars of a broker and of Connect, for `java -cp`. */
export const CLASS_PATH = join(HOME, 'lib', '*');

const KAFKA = { group: 'org.apache.kafka', version: VERSION };

const JARS: Jars = {
  title: `Kafka and Kafka Connect ${VERSION}`,
  home: HOME,
  megabytes: 54,
  artifacts: [
    { ...KAFKA, artifact: 'kafka_2.13' },
    { ...KAFKA, artifact: 'connect-runtime' },
    { ...KAFKA, artifact: 'connect-file' },
    { group: 'org.slf4j', artifact: 'slf4j-simple', version: '1.7.36' },
  ],
  hashes: join(import.meta.dirname, 'files.sha256'),
};

/** Fetches Kafka and Connect the first time; why they cannot be had here, undefined where they are there. */
export function fetchKafkaConnect(): string | undefined {
  return fetchJars(JARS);
}
