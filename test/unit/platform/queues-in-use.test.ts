import { expect, it } from 'vitest';
import { readControlPlanes } from '../../../functions/platform/control-plane-settings.ts';
import { QUEUE_NAMES } from '../../../functions/platform/queues.ts';
import { queuesInUse } from '../../../functions/platform/queues-in-use.ts';

it('has the queue of listings where a control plane is listed, and no message for it elsewhere', () => {
  const publishing = { type: 'events', name: 'pipelines', prefix: 'pipelines/' };
  const listed = {
    type: 'http',
    name: 'captures',
    prefix: 'captures/',
    dataPlane: 'eu',
    url: 'https://x.test',
  };
  const inUse = (...planes: object[]) =>
    queuesInUse({ controlPlanes: readControlPlanes(JSON.stringify(planes)) });
  expect(inUse(publishing, listed)).toEqual(QUEUE_NAMES);
  expect(inUse(publishing)).toEqual(QUEUE_NAMES.filter((queue) => queue !== 'listing'));
  expect(queuesInUse({})).toEqual(inUse(publishing));
});
