import { setTimeout } from 'node:timers/promises';
import type { Environment } from '../../platform/environment.ts';
import type { Clock } from '../../platform/ports.ts';
import { RealClock } from '../../platform/real-clock.ts';
import { TokenBucket } from '../../platform/token-bucket.ts';
import { createSesClient, SesMailer } from './ses-mailer.ts';

/** Below the lease of a mail's claim, which is twice the function's time limit. */
const SES_TIMEOUT_MS = 10_000;

/** SES as the environment says. Mails are dated by the given clock (the stage's); their rate is limited by real time. */
export function configuredMailer(environment: Environment, clock: Clock): SesMailer {
  const { sender, replyTo, configurationSet, mailsPerSecond } = environment;
  const rate = { perSecond: mailsPerSecond, clock: new RealClock() };
  return new SesMailer(createSesClient({ requestTimeoutMs: SES_TIMEOUT_MS }), {
    clock,
    bucket: new TokenBucket({ ...rate, sleep: (pause) => setTimeout(pause) }),
    sender,
    replyTo,
    configurationSet,
  });
}
