import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardedCall, type LookUp } from '../../../functions/webhooks/guarded-call.ts';
import { addressRefusal } from '../../../functions/webhooks/refused-address.ts';
import { allowedHosts, urlProblem } from '../../../functions/webhooks/url-problem.ts';

describe('addresses', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.8.9.10', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['169.254.169.254', 'linkLocal'],
    ['169.254.170.2', 'linkLocal'],
    ['100.64.0.1', 'carrierGradeNat'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['240.0.0.1', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['[::1]', 'loopback'],
    ['fe80::1', 'linkLocal'],
    ['fe80::1%eth0', 'linkLocal'],
    ['fd00:ec2::254', 'uniqueLocal'],
    ['fec0::1', 'deprecatedSiteLocal'],
    ['ff02::1', 'multicast'],
    ['::ffff:127.0.0.1', 'ipv4Mapped'],
    ['::ffff:7f00:1', 'ipv4Mapped'],
    ['::ffff:8.8.8.8', 'ipv4Mapped'],
    ['::127.0.0.1', 'ipv4Mapped'],
    ['::7f00:1', 'an address of IPv4'],
    ['64:ff9b::7f00:1', 'rfc6052'],
    ['64:ff9b:1::a00:1', 'rfc6052'],
    ['2002:7f00:1::', '6to4'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'teredo'],
    ['2001:db8::1', 'reserved'],
    ['no address', 'no address'],
  ])('%s is refused: %s', (address, why) => {
    expect(addressRefusal(address)).toContain(why);
  });

  it.each([
    '8.8.8.8',
    '52.95.110.1',
    '2600:1f18::1',
    '2a00:1450:4001:830::200e',
    '172.32.0.1',
    '100.128.0.1',
  ])('%s may be called', (address) => {
    expect(addressRefusal(address)).toBeUndefined();
  });
});

const none = allowedHosts([]);

describe('URLs', () => {
  it.each([
    ['https://127.0.0.1/', 'loopback'],
    ['https://2130706433/', 'loopback'],
    ['https://0x7f000001/', 'loopback'],
    ['https://0177.0.0.1/', 'loopback'],
    ['https://127.1/', 'loopback'],
    ['https://0/', 'unspecified'],
    ['https://169.254.169.254/latest/meta-data', 'linkLocal'],
    ['https://2852039166/', 'linkLocal'],
    ['https://0xa9.0xfe.0xa9.0xfe/', 'linkLocal'],
    ['https://①②⑦.⓪.⓪.①/', 'loopback'],
    ['https://[::1]/', 'loopback'],
    ['https://[::ffff:127.0.0.1]/', 'ipv4Mapped'],
    ['https://[::ffff:a9fe:a9fe]/', 'ipv4Mapped'],
    ['https://[64:ff9b::a9fe:a9fe]/', 'rfc6052'],
    ['https://localhost/', 'this machine'],
    ['https://a.localhost/', 'this machine'],
    ['http://hooks.acme.test/', 'not https'],
    ['ftp://hooks.acme.test/', 'neither https nor http'],
    ['https://user:pass@hooks.acme.test/', 'user or password'],
    ['https://hooks.acme.test/#a', 'fragment'],
    ['hooks.acme.test', 'no URL'],
    [`https://hooks.acme.test/${'a'.repeat(2_048)}`, 'no URL'],
  ])('%s is refused: %s', (url, why) => {
    expect(urlProblem(url, none)).toContain(why);
  });

  it('are taken where they lead to a name or a public address', () => {
    for (const url of ['https://hooks.acme.test/a?b=c', 'https://8.8.8.8/', 'https://hooks.acme.test:8443/'])
      expect(urlProblem(url, none)).toBeUndefined();
  });

  it('are taken at a host that is allowed by name, and at its port alone', () => {
    const isAllowed = allowedHosts(['localhost:9000', '10.0.0.8']);
    expect(urlProblem('http://localhost:9000/in', isAllowed)).toBeUndefined();
    expect(urlProblem('http://10.0.0.8/in', isAllowed)).toBeUndefined();
    expect(urlProblem('https://localhost:9001/in', isAllowed)).toContain('this machine');
  });
});

describe('calls', () => {
  let server: Server;
  let reached: string[] = [];
  let port = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      reached.push(request.url ?? '');
      if (request.url === '/redirect')
        return void response
          .writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' })
          .end('moved');
      if (request.url === '/slow') return;
      if (request.url === '/large') return void response.end('x'.repeat(5_000_000));
      if (request.url === '/endless') {
        response.write('begins');
        return;
      }
      response.writeHead(503, { 'retry-after': '120' }).end('later');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const call = (url: string, options: Partial<Parameters<typeof guardedCall>[0]> = {}) =>
    guardedCall({ isAllowed: none, ...options })({ url, headers: {}, body: '{}' });
  const allowed = () => ({ isAllowed: allowedHosts([`127.0.0.1:${port}`]) });

  it('are refused where the name resolves to an address that is refused, also beside one that is not', async () => {
    const lookup: LookUp = (_, __, done) =>
      done(null, [
        { address: '8.8.8.8', family: 4 },
        { address: '169.254.169.254', family: 4 },
      ]);
    expect(await call('https://hooks.acme.test/', { lookup })).toEqual({
      outcome: 'failed',
      reason: 'address-refused',
      detail: 'hooks.acme.test resolves to 169.254.169.254: it is linkLocal',
    });
  });

  it('are refused where a name resolves to such an address the second time', async () => {
    reached = [];
    let asked = 0;
    const lookup: LookUp = (_, __, done) => {
      asked += 1;
      // A public address first (nobody answers there in time), then ours.
      done(null, [{ address: asked === 1 ? '192.88.99.255' : '127.0.0.1', family: 4 }]);
    };
    await call('https://hooks.acme.test/', { lookup, timeout: 200 });
    const second = await call(`https://hooks.acme.test:${port}/`, { lookup });
    expect(second).toMatchObject({ outcome: 'failed', reason: 'address-refused' });
    // Once for each call: nothing resolves the name again between the look and the connection.
    expect(asked).toBe(2);
    expect(reached).toEqual([]);
  });

  it.each(['https://127.0.0.1/', 'https://[::1]/', 'https://2130706433/', 'https://[::ffff:7f00:1]/'])(
    'to %s are refused, though no name is looked up for them',
    async (url) => {
      expect(await call(url)).toMatchObject({ outcome: 'failed', reason: 'address-refused' });
    },
  );

  it('over http are refused', async () => {
    expect(await call('http://hooks.acme.test/')).toMatchObject({ outcome: 'failed', reason: 'not-https' });
  });

  it('follow no redirect: it is the answer', async () => {
    reached = [];
    const answer = await call(`http://127.0.0.1:${port}/redirect`, allowed());
    expect(answer).toMatchObject({ outcome: 'answered', status: 307, body: 'moved' });
    expect(reached).toEqual(['/redirect']);
  });

  it('give the status, what to wait for, and the first kilobyte of what is said', async () => {
    expect(await call(`http://127.0.0.1:${port}/`, allowed())).toEqual({
      outcome: 'answered',
      status: 503,
      retryAfter: '120',
      body: 'later',
    });
    const large = await call(`http://127.0.0.1:${port}/large`, allowed());
    expect(large).toMatchObject({ status: 200, body: 'x'.repeat(1_024) });
  });

  it('end when their time is up, whether no answer comes or it has no end', async () => {
    const slow = await call(`http://127.0.0.1:${port}/slow`, { ...allowed(), timeout: 100 });
    expect(slow).toMatchObject({ outcome: 'failed', reason: 'timed-out' });
    const endless = await call(`http://127.0.0.1:${port}/endless`, { ...allowed(), timeout: 100 });
    expect(endless).toMatchObject({ outcome: 'answered', status: 200, body: 'begins' });
  });

  it('name what failed', async () => {
    const lookup: LookUp = (name, _, done) =>
      done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), []);
    expect(await call('https://no.acme.test/', { lookup })).toMatchObject({ reason: 'name-not-found' });
    const closed = await call('http://127.0.0.1:1/', { isAllowed: allowedHosts(['127.0.0.1:1']) });
    expect(closed).toMatchObject({ reason: 'not-connected' });
    const plain = `https://127.0.0.1:${port}/`;
    expect(await call(plain, allowed())).toMatchObject({ reason: 'tls-failed' });
  });
});
