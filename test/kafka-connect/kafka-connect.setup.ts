import type { TestProject } from 'vitest/node';
import { fetchKafkaConnect } from '../../local/kafka-connect/jars.ts';
import { startKafkaConnect } from '../../local/kafka-connect/kafka-connect.ts';
import { LocalProblem, say, timed } from '../../local/progress.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where a worker of Kafka Connect answers, and a folder for the files of its connectors. */
    kafkaConnect: { url: string; folder: string };
  }
}

/** Starts a broker and a worker of Connect for all tests. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const missing = fetchKafkaConnect();
  if (missing !== undefined) throw new LocalProblem(`Kafka Connect cannot run here: ${missing}`);
  const { url, folder, stop } = await timed(say, 'Starting Kafka and Kafka Connect', startKafkaConnect);
  project.provide('kafkaConnect', { url, folder });
  return stop;
}
