import { describe, expect, it } from 'vitest';
import { ofType, synth } from './synth.ts';

describe('the identity that mail is sent as', () => {
  const identityOn = (stage: string) =>
    ofType(
      synth(stage, { ses: { identity: 'example.com', createIdentity: true } }).resources,
      'AWS::SES::EmailIdentity',
    );

  it.each(['dev', 'prod'])('outlives the stack that made it on stage %s: verifying it took days', (stage) => {
    const [identity, ...more] = identityOn(stage);
    expect(more).toEqual([]);
    expect(identity).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('is not made where it is there already', () => {
    expect(ofType(synth('prod').resources, 'AWS::SES::EmailIdentity')).toEqual([]);
  });
});
