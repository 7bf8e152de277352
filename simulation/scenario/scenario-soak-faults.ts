import type { Instant } from '../../functions/abandonment/time.ts';
import { QUEUE_NAMES } from '../../functions/platform/queues.ts';
import { SOAK_FAULT_PROCESSES, type SoakFault, type SoakFaultKind } from '../faults/soak-fault-types.ts';
import {
  readAddress,
  readFields,
  readInstant,
  readOneOf,
  readTaskId,
  readWholeNumber,
  ScenarioProblem,
} from './scenario-fields.ts';

type Fields = Record<string, unknown>;

const KEYS: Record<SoakFaultKind['type'], string[]> = {
  crash: ['process', 'call', 'when'],
  skew: ['process', 'by', 'for'],
  'late-tick': ['by'],
  'partial-send': ['times'],
  conflict: ['times'],
  'stale-index': ['for'],
  'early-report': ['event'],
  report: ['recipient', 'event'],
  refusal: ['task', 'for'],
  poison: ['queue'],
};

const TYPES = Object.keys(KEYS) as SoakFaultKind['type'][];

/** One entry of `chaos`, which the soak writes and `simulate` replays; spans are whole milliseconds. */
export function readSoakFault(path: string, value: unknown): SoakFault {
  const everyKey = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const { type: named } = readFields(path, value, { required: ['at', 'type'], optional: everyKey });
  const type = readOneOf(`${path}.type`, named, TYPES);
  const fields = readFields(path, value, { required: ['at', 'type', ...KEYS[type]], optional: [] });
  return { ...readKind(path, type, fields), at: readInstant(`${path}.at`, fields.at) as Instant };
}

function readKind(path: string, type: SoakFaultKind['type'], fields: Fields): SoakFaultKind {
  const count = (key: string) => readWholeNumber(`${path}.${key}`, fields[key], 1);
  const process = () => readOneOf(`${path}.process`, fields.process, SOAK_FAULT_PROCESSES);
  switch (type) {
    case 'crash':
      return {
        type,
        process: process(),
        call: count('call'),
        when: readOneOf(`${path}.when`, fields.when, ['before', 'after']),
      };
    case 'skew':
      return { type, process: process(), by: readSigned(`${path}.by`, fields.by), for: count('for') };
    case 'late-tick':
      return { type, by: count('by') };
    case 'partial-send':
    case 'conflict':
      return { type, times: count('times') };
    case 'stale-index':
      return { type, for: count('for') };
    case 'early-report':
      return { type, event: readOneOf(`${path}.event`, fields.event, ['bounce', 'delivery']) };
    case 'report':
      return {
        type,
        recipient: readAddress(`${path}.recipient`, fields.recipient),
        event: readOneOf(`${path}.event`, fields.event, ['bounce', 'delivery', 'complaint']),
      };
    case 'refusal':
      return { type, task: readTaskId(`${path}.task`, fields.task), for: count('for') };
    case 'poison':
      return { type, queue: readOneOf(`${path}.queue`, fields.queue, QUEUE_NAMES) };
  }
}

function readSigned(path: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new ScenarioProblem(path, 'is no whole number of milliseconds');
}
