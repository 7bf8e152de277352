import type { Fault } from './fault.ts';
import { CONNECT_FAULTS } from './faults/connect.ts';
import { POISON } from './faults/poison.ts';
import { REDRIVE_ENDED } from './faults/redrive.ts';
import { SCANNER_FAULTS } from './faults/scanners.ts';
import { SERVICE_FAULTS } from './faults/services.ts';
import { WORKER_FAULTS } from './faults/workers.ts';

/** All faults, in the order in which they are run. */
export const FAULTS: readonly Fault[] = [
  ...WORKER_FAULTS,
  ...SERVICE_FAULTS,
  ...SCANNER_FAULTS,
  ...CONNECT_FAULTS,
  REDRIVE_ENDED,
  POISON,
];
