import { fetchKafkaConnect } from '../local/kafka-connect/jars.ts';
import { runVitest, type Tally } from './vitest-run.ts';

/** Runs what needs a real Kafka Connect; where it cannot run, says why, and nothing failed. */
export async function testKafkaConnect(): Promise<Tally> {
  const missing = fetchKafkaConnect();
  if (missing === undefined) return runVitest(['--config', 'vitest.kafka-connect.config.ts']);
  process.stdout.write(
    `Kafka Connect is not run (${missing}): its adapter is checked against a double only\n`,
  );
  return { passed: 0, failed: 0 };
}
