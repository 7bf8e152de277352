import { approveAct } from './acts/approve.ts';
import { approveHoldAct, dismissHoldAct, dismissReversalAct, rejectHoldAct } from './acts/holds.ts';
import { setPolicyAct, unsetPolicyAct } from './acts/policy.ts';
import { demoteAct, optInAct, promoteAct } from './acts/rollout.ts';
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
import { cancelWorkAct, pauseWebhookAct, resumeWebhookAct, retryWorkAct } from './acts/work.ts';
import type { Act } from './console.ts';

/** All that can be done on the console: what it does is what a command of the same name does. */
export const ACTS: readonly Act[] = [
  ...[approveAct, approveHoldAct, rejectHoldAct, dismissHoldAct, dismissReversalAct],
  ...[undoTaskAct, undoAct, setPolicyAct, unsetPolicyAct, promoteAct, demoteAct, optInAct],
  ...[
    pauseAct,
    resumeAct,
    pauseQueueAct,
    resumeQueueAct,
    pauseGeneratorAct,
    resumeGeneratorAct,
    resolveOopsAct,
  ],
  ...[cancelWorkAct, retryWorkAct, pauseWebhookAct, resumeWebhookAct],
];
