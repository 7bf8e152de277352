import { describe, expect, it } from 'vitest';
import { appOf, ofType, type Resource, synth } from './synth.ts';

const DOMAIN = {
  ownerPage: {
    domain: {
      name: 'tasks.example.com',
      certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/12345678-aaaa-bbbb-cccc-1234567890ab',
    },
    throttle: { ratePerSecond: 5, burst: 10 },
  },
};

const functionOf = (resources: Resource[], service: string) =>
  ofType(resources, 'AWS::Lambda::Function').find(({ Properties }) =>
    String(Properties.Description).includes(service),
  );
const variablesOf = (resources: Resource[], service: string) =>
  functionOf(resources, service)?.Properties.Environment.Variables;

/** What a function may do, by action. */
function allowed(resources: Resource[], service: string): string[] {
  const role = functionOf(resources, service)?.Properties.Role['Fn::GetAtt'][0];
  return ofType(resources, 'AWS::IAM::Policy')
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .flatMap(({ Action }: { Action: string | string[] }) => Action);
}

describe('the owner’s page', () => {
  const { resources } = synth('dev');

  it('is open to everybody at the URL of the alias live: the signed link lets in', () => {
    const [url] = ofType(resources, 'AWS::Lambda::Url');
    expect(url?.Properties).toMatchObject({ AuthType: 'NONE', Qualifier: 'live' });
    expect(ofType(resources, 'AWS::ApiGatewayV2::Api')).toEqual([]);
  });

  it('is where links in mails lead', () => {
    const [url] = ofType(resources, 'AWS::Lambda::Url');
    const { TASKWARDEN_LINK_BASE_URL: base } = variablesOf(resources, 'notifier');
    expect(base).toEqual({ 'Fn::GetAtt': [url?.id, 'FunctionUrl'] });
  });

  it('is found on an emulator by the name of its URL below localhost, which emulators and browsers know', () => {
    const { TASKWARDEN_LINK_BASE_URL: base } = variablesOf(synth('local').resources, 'notifier');
    expect(base['Fn::Join'][1]).toEqual([
      'http://',
      expect.objectContaining({ 'Fn::Select': [0, expect.anything()] }),
      '.lambda-url.',
      { Ref: 'AWS::Region' },
      '.localhost:4566/',
    ]);
    expect(JSON.stringify(base)).toContain('FunctionUrl');
  });

  it('can stand behind an address of one’s own', () => {
    const own = synth('dev', {
      ownerPage: { linkBaseUrl: 'https://tasks.example.com/taskwarden/' },
    }).resources;
    expect(variablesOf(own, 'notifier').TASKWARDEN_LINK_BASE_URL).toBe(
      'https://tasks.example.com/taskwarden/',
    );
  });

  it.each(['http://tasks.example.com/', 'https://tasks.example.com', 'tasks.example.com/', 'https://a b/'])(
    'refuses %s as the address of links',
    (linkBaseUrl) => {
      expect(() => synth('dev', { ownerPage: { linkBaseUrl } })).toThrow('ownerPage.linkBaseUrl');
    },
  );

  it('reads the keys of links; the notifier alone makes them', () => {
    expect(allowed(resources, 'owner-page')).toContain('ssm:GetParameterHistory');
    expect(allowed(resources, 'owner-page')).not.toContain('ssm:PutParameter');
    expect(allowed(resources, 'notifier')).toContain('ssm:PutParameter');
    for (const service of ['scanner', 'disabler', 'ingest', 'mail-events']) {
      expect(allowed(resources, service).filter((action) => action.startsWith('ssm:'))).toEqual([]);
    }
  });

  it('is watched from outside too: by what Lambda counts of invocations that came to no answer', () => {
    const alarm = ofType(resources, 'AWS::CloudWatch::Alarm').find(
      ({ Properties }) => Properties.AlarmName === 'taskwarden/dev/owner-page-failing',
    )?.Properties;
    const stats = alarm?.Metrics.flatMap((metric: { MetricStat?: object }) => metric.MetricStat ?? []);
    const ofLambda = (MetricName: string) => ({
      Metric: {
        Namespace: 'AWS/Lambda',
        MetricName,
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionOf(resources, 'owner-page')?.id } }],
      },
      Stat: 'Sum',
    });
    expect(stats).toHaveLength(3);
    expect(stats).toContainEqual(expect.objectContaining(ofLambda('Errors')));
    expect(stats).toContainEqual(expect.objectContaining(ofLambda('Throttles')));
    expect(alarm).toMatchObject({ Threshold: 1, TreatMissingData: 'notBreaching' });
  });

  it('sends no mail', () => {
    expect(allowed(resources, 'owner-page').filter((action) => action.startsWith('ses:'))).toEqual([]);
  });
});

describe('the owner’s page under a domain', () => {
  const { resources } = synth('dev', DOMAIN);

  it('keeps the URL that a stage had before: links of its mails lead there for 60 days', () => {
    const [before] = ofType(synth('dev').resources, 'AWS::Lambda::Url');
    expect(before).toBeDefined();
    expect(ofType(resources, 'AWS::Lambda::Url')).toEqual([before]);
    const open = (all: Resource[]) =>
      ofType(all, 'AWS::Lambda::Permission').filter(({ Properties }) => Properties.FunctionUrlAuthType);
    expect(open(resources)).toEqual(open(synth('dev').resources));
  });

  it('is a throttled HTTP API whose address is the domain', () => {
    const [api] = ofType(resources, 'AWS::ApiGatewayV2::Api');
    expect(api?.Properties.DisableExecuteApiEndpoint).toBe(true);
    const [stage] = ofType(resources, 'AWS::ApiGatewayV2::Stage');
    expect(stage?.Properties.DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: 5,
      ThrottlingBurstLimit: 10,
    });
    const [domain] = ofType(resources, 'AWS::ApiGatewayV2::DomainName');
    expect(domain?.Properties.DomainName).toBe('tasks.example.com');
    expect(variablesOf(resources, 'notifier').TASKWARDEN_LINK_BASE_URL).toBe('https://tasks.example.com/');
  });

  it('logs requests without the link: who holds a link can act', () => {
    const [stage] = ofType(resources, 'AWS::ApiGatewayV2::Stage');
    const { Format } = stage?.Properties.AccessLogSettings ?? {};
    expect(Format).toContain('$context.status');
    expect(Format).not.toMatch(/path|routeKey|sourceIp/);
  });

  it('passes cdk-nag', () => {
    expect(() => appOf('dev', DOMAIN).synth()).not.toThrow();
  });
});
