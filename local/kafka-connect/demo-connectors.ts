import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { States } from './connectors.ts';

/** Where the connectors of the demo live in Taskwarden. */
export const PREFIX = 'kafka/prod/';

/** One connector of the demo: what it is, how it begins, and how it is to end in Connect. */
export interface DemoConnector {
  name: string;
  what: string;
  config: Record<string, string>;
  begins: States;
  ends: States;
}

const STRINGS = 'org.apache.kafka.connect.storage.StringConverter';
const LINES = 'orders';

/** The one that fails seconds after each restart, and is restarted for ever. */
export const RESTARTED = 'clicks-to-file';
/** The one that its owner repairs between warning and date. */
export const REPAIRED = 'returns-to-file';
/** The one that is disabled, and taken back by `undo`. */
export const UNDONE = 'billing-to-file';
/** The one that somebody paused. */
export const PAUSED = 'stock-from-file';

/** The folder that was removed one day, and that comes back for the one that is taken back. */
const missing = (folder: string): string => join(folder, 'archive');

/** What an owner writes into its configuration to repair it. */
export function repaired(folder: string): Record<string, string> {
  return sink(folder, 'returns.txt', 'dora@acme.test');
}

/** Brings back what the one that is taken back needs. */
export function bringBackFolder(folder: string): void {
  mkdirSync(missing(folder), { recursive: true });
}

/** Writes what the first source reads. */
export function writeLines(folder: string): void {
  writeFileSync(join(folder, 'orders.txt'), '');
  for (let order = 1; order <= 20; order += 1) appendFileSync(join(folder, 'orders.txt'), `order ${order}\n`);
}

/** Eight connectors, as a platform has them. */
export function demoConnectors(folder: string): DemoConnector[] {
  const gone = (file: string, owner?: string) => sink(folder, join('archive', file), owner);
  const runs = { begins: 'RUNNING RUNNING', ends: 'RUNNING RUNNING' };
  const fails = { begins: 'RUNNING FAILED', ends: 'STOPPED' };
  return [
    { name: 'orders-from-file', what: 'healthy', config: source(folder), ...runs },
    {
      name: 'orders-to-file',
      what: 'healthy',
      config: sink(folder, 'orders-copy.txt', 'ana@acme.test'),
      ...runs,
    },
    {
      name: 'crm-to-file',
      what: 'fails at once',
      config: gone('crm.txt', 'old-team@acme.test'),
      ...fails,
    },
    {
      name: RESTARTED,
      what: 'fails seconds after each restart',
      config: jsonSink(folder, 'chris@acme.test'),
      ...fails,
    },
    {
      name: UNDONE,
      what: 'fails at once; its owner notices too late',
      config: gone('billing.txt', 'ben@acme.test'),
      begins: fails.begins,
      ends: runs.ends,
    },
    {
      name: PAUSED,
      what: 'paused by a person',
      config: gone('stock.txt', 'ana@acme.test'),
      begins: fails.begins,
      ends: 'PAUSED FAILED',
    },
    { name: 'legacy-to-file', what: 'fails, and has no owner', config: unreachable(folder), ...fails },
    {
      name: REPAIRED,
      what: 'fails; its owner repairs it in time',
      config: gone('returns.txt', 'dora@acme.test'),
      begins: fails.begins,
      ends: runs.ends,
    },
  ];
}

function source(folder: string): Record<string, string> {
  return {
    'connector.class': 'FileStreamSource',
    topic: LINES,
    file: join(folder, 'orders.txt'),
    'key.converter': STRINGS,
    'value.converter': STRINGS,
    'taskwarden.owners': 'ana@acme.test',
  };
}

function sink(folder: string, file: string, owner?: string): Record<string, string> {
  return {
    'connector.class': 'FileStreamSink',
    'tasks.max': '1',
    topics: LINES,
    file: join(folder, file),
    'key.converter': STRINGS,
    'value.converter': STRINGS,
    ...(owner === undefined ? {} : { 'taskwarden.owners': owner }),
  };
}

/** Expects JSON where there is none: it fails when its first batch comes, which the broker holds back for some seconds. */
function jsonSink(folder: string, owner: string): Record<string, string> {
  const json = 'org.apache.kafka.connect.json.JsonConverter';
  return {
    ...sink(folder, 'clicks.txt', owner),
    'key.converter': json,
    'value.converter': json,
    'consumer.override.fetch.min.bytes': '1000000',
    'consumer.override.fetch.max.wait.ms': '4000',
  };
}

/** Wants to report bad records to a broker that is no more. */
function unreachable(folder: string): Record<string, string> {
  return {
    ...sink(folder, 'legacy.txt'),
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': 'legacy-bad',
    'errors.deadletterqueue.topic.replication.factor': '1',
    'admin.override.bootstrap.servers': '127.0.0.1:1',
    'admin.override.request.timeout.ms': '1000',
    'admin.override.default.api.timeout.ms': '1500',
  };
}
