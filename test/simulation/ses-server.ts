import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSesClient, SesMailer } from '../../functions/notices/ses/ses-mailer.ts';
import type { Mailer } from '../../functions/platform/ports.ts';
import { RealClock } from '../../functions/platform/real-clock.ts';
import type { System } from '../../functions/platform/system.ts';
import { TokenBucket } from '../../functions/platform/token-bucket.ts';

/** What SES answers a request: taken (undefined), or refused. */
export type Refusal = { status: number; code: string; message: string } | undefined;

const XMLNS = 'xmlns="http://ses.amazonaws.com/doc/2010-12-01/"';

function xmlOf(refusal: Refusal): string {
  if (!refusal) {
    return `<SendRawEmailResponse ${XMLNS}><SendRawEmailResult><MessageId>m</MessageId></SendRawEmailResult></SendRawEmailResponse>`;
  }
  const message = refusal.message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<ErrorResponse ${XMLNS}><Error><Type>Sender</Type><Code>${refusal.code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
}

/**
 * SES over HTTP on this machine: `answer` is asked for each mail, and what it takes reaches the mailer behind, which
 * stands for the rest of SES.
 */
export async function sesServer(answer: (to: string, now: number) => Refusal) {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  let now = 0;
  let requests = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests += 1;
    const refusal = answer(new URLSearchParams(body).get('Destinations.member.1') ?? '', now);
    response.writeHead(refusal?.status ?? 200, { 'content-type': 'text/xml' }).end(xmlOf(refusal));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createSesClient({ endpoint, region: 'eu-west-1', requestTimeoutMs: 5_000 });
  const bucket = new TokenBucket({ perSecond: 100_000, clock: new RealClock() });
  /** The deployed mailer in front of the one that a system has. */
  const inFrontOf = (system: Pick<System, 'clock' | 'mailer'>): Mailer => {
    const ses = new SesMailer(client, { clock: system.clock, bucket, sender: 'Warden <warden@acme.test>' });
    return {
      send: async (mail) => {
        now = system.clock.now();
        const result = await ses.send(mail);
        return result.outcome === 'accepted' ? system.mailer.send(mail) : result;
      },
    };
  };
  return {
    inFrontOf,
    requests: () => requests,
    close: () => {
      client.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
