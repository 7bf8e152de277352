const VERSION = /^(\d+)\.(\d+)/;

/** Confluent Platform counts its own versions: its 7.5 is Kafka 3.5. */
const CONFLUENT = /-c(cs|e)\b/;
const FIRST_WITH_STOP: readonly [number, number] = [3, 5];
const FIRST_OF_CONFLUENT: readonly [number, number] = [7, 5];

/**
 * Whether a worker of this version knows `PUT /connectors/NAME/stop` (KIP-875, Kafka 3.5). One whose version cannot be read
 * is taken for a newer one.
 */
export function hasStop(version: string): boolean {
  const [, major, minor] = VERSION.exec(version) ?? [];
  if (major === undefined) return true;
  const [firstMajor, firstMinor] = CONFLUENT.test(version) ? FIRST_OF_CONFLUENT : FIRST_WITH_STOP;
  return Number(major) > firstMajor || (Number(major) === firstMajor && Number(minor) >= firstMinor);
}
