import { expect, it } from 'vitest';
import { reviveRecipient } from '../../../functions/operators/recipients.ts';
import {
  ACCEPTED,
  ANA_ADDRESS,
  answerStage,
  type Given,
  START,
  touches,
} from '../notices/send/answer-stage.ts';

const DEAD = { reason: 'bounce', at: START } as const;

async function stageOf(setup: Given = {}) {
  return answerStage({ told: ACCEPTED, recipient: { dead: DEAD }, ...setup });
}

it('whoever is revived is warned by nothing that SES took before', async () => {
  const { system, ana, part } = await stageOf();
  expect(await reviveRecipient(system, ANA_ADDRESS, 'olga')).toEqual({ outcome: 'revived', was: DEAD });
  expect((await ana()).dead).toBeNull();
  expect(await part()).toEqual({ ...ACCEPTED, warning: 'failed' });
});

it('nobody is revived before that is taken back', async () => {
  const { system, ana, busyFor } = await stageOf();
  busyFor(touches('T'));
  await expect(reviveRecipient(system, ANA_ADDRESS, 'olga')).rejects.toThrow('changes too fast');
  expect((await ana()).dead).toEqual(DEAD);
});

it('whoever is reachable stays warned', async () => {
  const { system, part } = await stageOf({ recipient: {} });
  expect(await reviveRecipient(system, ANA_ADDRESS, 'olga')).toEqual({ outcome: 'alive' });
  expect(await part()).toEqual(ACCEPTED);
});
