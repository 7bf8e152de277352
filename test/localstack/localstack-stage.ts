import { inject } from 'vitest';
import { loadDeployment } from '../../local/deploy.ts';
import { connectTo } from '../../local/local-aws.ts';
import { connectStage, type LocalStage } from '../../local/stage.ts';

/** The stage that the demo deployed to LocalStack, without its fleet, by the machine's time. */
export async function localStackStage(): Promise<LocalStage> {
  const aws = connectTo(inject('localStack'));
  return connectStage(aws, await loadDeployment(aws));
}
