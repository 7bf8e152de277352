import { describe, expect, it } from 'vitest';
import { ofType, synth } from './synth.ts';

const OURS = { name: 'fleet', prefixes: ['acmeCo/'], dataPlanes: ['*'] };
const THEIRS = { ...OURS, account: '210987654321' };
const SOURCES = [
  OURS,
  { ...THEIRS, name: 'theirs.one' },
  { ...THEIRS, name: 'theirs.two' },
  { ...THEIRS, name: 'others', account: '111122223333' },
];

describe('the bus', () => {
  const { resources } = synth('prod', { sources: SOURCES });
  const [bus] = ofType(resources, 'AWS::Events::EventBus');
  const [rule] = ofType(resources, 'AWS::Events::Rule');

  it('hears this account and those of the sources, and no other', () => {
    expect(rule?.Properties.EventPattern.account).toEqual([
      { Ref: 'AWS::AccountId' },
      '210987654321',
      '111122223333',
    ]);
  });

  it('lets another account put events under the names of its own sources alone', () => {
    const statements = ofType(resources, 'AWS::Events::EventBusPolicy').map(
      ({ Properties }) => Properties.Statement,
    );
    const statement = (account: string, names: string | string[]) =>
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'events:PutEvents',
        Resource: { 'Fn::GetAtt': [bus?.id, 'Arn'] },
        Principal: {
          AWS: expect.objectContaining({
            'Fn::Join': ['', expect.arrayContaining([`:iam::${account}:root`])],
          }),
        },
        Condition: { StringEquals: { 'events:source': names } },
      });
    expect(statements).toEqual([
      statement('210987654321', ['theirs.one', 'theirs.two']),
      statement('111122223333', ['others']),
    ]);
  });

  it('lets nobody else in: where all sources are of this account it has no policy', () => {
    const own = synth('prod', { sources: [OURS] }).resources;
    expect(ofType(own, 'AWS::Events::EventBusPolicy')).toEqual([]);
  });

  it('keeps what came in for 14 days, to be replayed', () => {
    const [archive] = ofType(resources, 'AWS::Events::Archive');
    expect(archive?.Properties).toMatchObject({
      RetentionDays: 14,
      EventPattern: rule?.Properties.EventPattern,
      SourceArn: { 'Fn::GetAtt': [bus?.id, 'Arn'] },
    });
  });

  it('is named by outputs, on the stage local too', () => {
    for (const stage of ['prod', 'local']) {
      const { resources, service } = synth(stage);
      const [{ id } = { id: '' }] = ofType(resources, 'AWS::Events::EventBus');
      expect(service.toJSON().Outputs).toMatchObject({
        BusName: { Value: { Ref: id } },
        BusArn: { Value: { 'Fn::GetAtt': [id, 'Arn'] } },
      });
    }
  });

  it('says what a replay needs', () => {
    const outputs = Object.values(synth('prod').service.toJSON().Outputs) as { Description?: string }[];
    const descriptions = outputs.map(({ Description }) => Description).join('\n');
    for (const what of [
      'The archive that a replay reads',
      'and a replay too',
      'The rule that a replay is for',
    ])
      expect(descriptions).toContain(what);
  });
});
