import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ofType, synth } from './synth.ts';

const CONFIG = JSON.parse(readFileSync(new URL('../../config/local.json', import.meta.url), 'utf8'));

it('the stage local makes no SES identity, which not every emulator can make: its sender is verified by a call', () => {
  const { resources } = synth('local', CONFIG);
  expect(ofType(resources, 'AWS::SES::ConfigurationSet')).toHaveLength(1);
  expect(ofType(resources, 'AWS::SES::EmailIdentity')).toEqual([]);
});
