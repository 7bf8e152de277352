import { AwsEvents } from '../platform/aws-events.ts';
import { SsmLinkKeys } from '../platform/aws-link-keys.ts';
import { eventBridgeClient, ssmClient } from '../platform/clients.ts';
import { LINK_LIFE } from '../platform/link-token.ts';
import { RealClock } from '../platform/real-clock.ts';
import { connect, handlerOf } from '../platform/runtime.ts';
import { deployedTable } from '../store/table/deployed-table.ts';
import type { PageEvent, PageResult } from './http.ts';
import { ownerPage } from './page.ts';

const runtime = connect('owner-page', (environment, clock) => ({
  table: deployedTable(environment, clock),
  events: new AwsEvents(eventBridgeClient(), environment.bus),
}));

const keys = new SsmLinkKeys(ssmClient(), {
  parameter: runtime.environment.linkKeys ?? '',
  clock: new RealClock(),
  acceptedFor: LINK_LIFE,
  makes: false,
});

/** Answers the owner's browser behind the links in mails. */
export const handler = handlerOf<PageEvent, PageResult>(runtime, ownerPage(runtime.system, keys));
