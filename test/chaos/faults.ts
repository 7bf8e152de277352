import type { Fault } from './fault.ts';
import { POISON } from './faults/poison.ts';
import { SERVICE_FAULTS } from './faults/services.ts';
import { WORKER_FAULTS } from './faults/workers.ts';

/** All faults, in the order in which they are run. */
export const FAULTS: readonly Fault[] = [...WORKER_FAULTS, ...SERVICE_FAULTS, POISON];
