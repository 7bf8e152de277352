import type { Key, Query } from '../functions/store/table/table.port.ts';

const PARTITIONS: Record<string, string> = {
  G: 'digests',
  W: 'attempts of workers',
  COUNT: 'counters of data planes',
  LEFT: 'counters of outages',
  RUN: 'tasks turned off by a run',
  PEOPLE: 'subscriptions and admins',
  LISTINGS: 'progress of listings',
  LISTED: 'pages of listings',
  META: 'pauses, scans, pace, feeds',
  RUNS: 'runs',
  PLANES: 'data planes',
  POLICY: 'policies',
  SOURCES: 'sources',
  GENERATORS: 'steps',
  TURNS: 'generators',
  OPERATORS: 'alerts to operators',
  'OPERATOR-WORK': 'bulk commands',
  LOOKS: 'requests to look',
  OOPS: 'failures',
  REFUSED: 'failures',
  BREAKER: 'breaker',
  CANARY: 'canaries',
  MILESTONES: 'milestones',
  FACTS: 'facts',
};

const TASK_ROWS: Record<string, string> = {
  T: 'tasks',
  D: 'deadlines',
  O: 'early observations',
  A: 'alerts',
  L: 'audit',
};

const INDEX_PARTITIONS: Record<string, string> = {
  'g1 C': 'what can fire',
  'g1 L': 'what to look at',
  'g1 X': 'what to turn off',
  'g1 Q': 'pending notices',
  'g1 E': 'what is to end',
  'g1 G': 'open digests',
  'g1 U': 'untold alerts',
  'g2 N': 'what can fire, by tenant',
  'g2 O': 'what is open',
  'g2 A': 'alert history',
  'g2 F': 'failures',
  'g2 OPERATOR-WORK': 'open bulk commands',
  'g2 S': 'jobs by their start',
  'g2 SUBSCRIPTIONS': 'subscriptions of an earlier version',
  'g2 ADMINS': 'admins of an earlier version',
  'g3 P': 'losses by data plane',
  'g3 S': 'jobs by their start, by tenant',
};

/** The kind of a row, in words, by its keys. */
export function kindOf({ pk, sk }: Key): string {
  const [partition = ''] = pk.split('#', 1);
  const [row = ''] = sk.split('#', 1);
  if (partition === 'T') return TASK_ROWS[row] ?? 'others';
  if (partition === 'R') return row === 'R' ? 'recipients' : 'notices';
  return PARTITIONS[partition] ?? 'others';
}

/** The kind of rows that a query reads, in words. */
export function kindOfQuery({ index, pk, sk }: Query): string {
  if (index !== undefined) return `index: ${kindOfEntry(index, pk)}`;
  const prefix = sk !== undefined && 'prefix' in sk ? sk.prefix : '';
  return pk.startsWith('R#') ? 'recipients with notices' : kindOf({ pk, sk: prefix });
}

/** The kind of an index partition, in words. */
export function kindOfEntry(index: string, partition: string): string {
  const [letter = ''] = partition.split('#', 1);
  return INDEX_PARTITIONS[`${index} ${letter}`] ?? 'others';
}
