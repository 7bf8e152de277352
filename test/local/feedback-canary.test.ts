import { beforeAll, expect, it } from 'vitest';
import { recipientKey } from '../../functions/platform/addresses.ts';
import { feedbackStep } from '../../functions/scanner/steps/feedback.ts';
import { FleetView } from '../../functions/store/fleet-view.ts';
import { loadFeedbackCanary } from '../../functions/store/heard.ts';
import { loadRecipient } from '../../functions/store/recipients.ts';
import type { LocalStage } from '../../local/stage.ts';
import { deployedStage, eventually, mailsTo } from './deployed.ts';

const TAKES = 'success@simulator.amazonses.com';

let stage: LocalStage;

beforeAll(async () => {
  stage = await deployedStage();
});

/** What the scanner of a stage with canaries does with its first scan; stage `local` has none of its own. */
async function askForCanary(): Promise<void> {
  const { system } = stage;
  const config = { ...system.config, canaries: true };
  const run = {
    system: { ...system, config },
    view: await FleetView.load(system.table, system.clock.now()),
    id: 'canary-test',
    now: system.clock.now(),
    figures: {},
    asked: [],
  };
  await feedbackStep.run(run, { spent: () => false }, null);
}

it('the canary goes to the mailbox simulator, and both answers come back as identity notifications', async () => {
  await askForCanary();
  const state = await eventually('both answers', async () => {
    const found = await loadFeedbackCanary(stage.system.table);
    return found.deliveredAt !== null && found.bouncedAt !== null ? found : undefined;
  });
  expect(state.holding).toBeNull();
  expect(state.sentAt).not.toBeNull();
  expect((await mailsTo(TAKES)).map(({ subject }) => subject)).toEqual(['Feedback canary']);
  expect(await loadRecipient(stage.system.table, recipientKey(TAKES))).toBeUndefined();
});
