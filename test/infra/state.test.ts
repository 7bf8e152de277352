import { describe, expect, it } from 'vitest';
import { indexNameOf } from '../../functions/store/table/index-names.ts';
import { ofType, synth } from './synth.ts';

function table(stage: string) {
  const [found] = ofType(synth(stage).resources, 'AWS::DynamoDB::GlobalTable');
  return found;
}

describe('the table', () => {
  it('is on demand, recoverable to a point in time, with three sparse indexes that carry p', () => {
    const properties = table('dev')?.Properties;
    expect(properties?.BillingMode).toBe('PAY_PER_REQUEST');
    expect(properties?.Replicas[0].PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(true);
    expect(properties?.TimeToLiveSpecification).toEqual({ AttributeName: 'ttl', Enabled: true });
    expect(properties?.GlobalSecondaryIndexes).toEqual(
      (['g1', 'g2', 'g3'] as const).map((name) => ({
        IndexName: indexNameOf(name),
        KeySchema: [
          { AttributeName: `${name}pk`, KeyType: 'HASH' },
          { AttributeName: `${name}sk`, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['p'] },
      })),
    );
  });

  it.each(['prod', 'staging'])('survives the stack on stage %s', (stage) => {
    expect(table(stage)?.DeletionPolicy).toBe('Retain');
    expect(table(stage)?.Properties.Replicas[0].DeletionProtectionEnabled).toBe(true);
    expect(synth(stage).app.state.terminationProtection).toBe(true);
  });

  it.each(['local', 'dev'])('goes with the stack on stage %s', (stage) => {
    expect(table(stage)?.DeletionPolicy).toBe('Delete');
    expect(table(stage)?.Properties.Replicas[0].DeletionProtectionEnabled).toBe(false);
  });
});
