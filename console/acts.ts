import { approveAct, approveListingAct, dismissAct, dismissListingAct } from './acts/brakes.ts';
import { setPolicyAct } from './acts/policy.ts';
import {
  pauseAct,
  pauseGeneratorAct,
  pauseQueueAct,
  resolveOopsAct,
  resumeAct,
  resumeGeneratorAct,
  resumeQueueAct,
} from './acts/stops.ts';
import { undoAct, undoTaskAct } from './acts/undo.ts';
import type { Act } from './console.ts';

/** All that can be done on the console: what it does is what a command of the same name does. */
export const ACTS: readonly Act[] = [
  ...[approveAct, dismissAct, approveListingAct, dismissListingAct],
  ...[undoTaskAct, undoAct, setPolicyAct],
  ...[
    pauseAct,
    resumeAct,
    pauseQueueAct,
    resumeQueueAct,
    pauseGeneratorAct,
    resumeGeneratorAct,
    resolveOopsAct,
  ],
];
