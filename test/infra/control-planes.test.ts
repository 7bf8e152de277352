import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config.ts';
import { appOf, LEAST, ofType, synth } from './synth.ts';

const COMMON = { dataPlane: 'eu-1' };
const KAFKA = {
  type: 'kafka-connect',
  name: 'connect',
  prefix: 'kafka/',
  url: 'https://connect.example.com:8083',
  ...COMMON,
};
const HTTP = { type: 'http', name: 'captures', prefix: 'captures/', url: 'https://c.example.com', ...COMMON };
const ECS = { type: 'ecs', name: 'services', prefix: 'ecs/', clusters: ['main', 'jobs'], ...COMMON };
const NETWORK = {
  vpc: 'vpc-0123456789abcdef0',
  subnets: ['subnet-0123456789abcdef0'],
  securityGroups: ['sg-0123456789abcdef0'],
};
const ROLE = 'arn:aws:iam::210987654321:role/taskwarden-ecs';

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
}

const listOf = <Item>(value: Item | Item[]) => (Array.isArray(value) ? value : [value]);

/** ARNs as people write them: what CloudFormation knows stands in capitals. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  const intrinsic = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]]; 'Fn::GetAtt'?: string[] };
  if (intrinsic.Ref?.startsWith('AWS::')) return intrinsic.Ref.slice('AWS::'.length).toUpperCase();
  if (intrinsic.Ref) return intrinsic.Ref;
  if (intrinsic['Fn::Join']) return intrinsic['Fn::Join'][1].map(shown).join(intrinsic['Fn::Join'][0]);
  return String(intrinsic['Fn::GetAtt']?.[0]);
}

/** What functions are allowed of some actions, by the function. */
function granted(controlPlanes: object[], isMeant: (action: string) => boolean) {
  const { resources } = synth('prod', { controlPlanes });
  return ofType(resources, 'AWS::IAM::Policy').flatMap(({ Properties }) =>
    (Properties.PolicyDocument.Statement as Statement[])
      .filter(({ Action }) => listOf(Action).some(isMeant))
      .map(({ Action, Resource, Condition }) => ({
        to: shown(Properties.Roles[0]).replace(/(Worker)?Role.*$/, ''),
        actions: listOf(Action),
        on: listOf(Resource).map(shown),
        ...(Condition === undefined ? {} : { if: JSON.parse(JSON.stringify(Condition)) }),
      })),
  );
}

function functionsOf(controlPlanes: object[]) {
  const { resources } = synth('prod', { controlPlanes });
  return ofType(resources, 'AWS::Lambda::Function').map(({ Properties }) => ({
    name: String(Properties.Description).split(' ')[1],
    vpc: Properties.VpcConfig,
    callers: Properties.Environment.Variables.TASKWARDEN_CONTROL_PLANE_CALLERS,
  }));
}

/** The sender of webhooks reads their secrets, and no other parameter. */
const SECRETS_OF_WEBHOOKS = {
  to: 'WebhookSender',
  actions: ['ssm:GetParameter'],
  on: ['arn:PARTITION:ssm:REGION:ACCOUNTID:parameter/taskwarden/prod/webhooks/*'],
};

describe('secrets of control planes', () => {
  const PLANES = [
    { ...KAFKA, credentials: { scheme: 'basic', from: { secret: 'taskwarden/connect' } } },
    {
      ...HTTP,
      credentials: { scheme: 'bearer', from: { parameter: '/taskwarden/captures' } },
      signedWith: { secret: 'taskwarden/signing' },
    },
  ];

  it('are read by the disabler and the lister alone, and no others', () => {
    const secrets = {
      actions: ['secretsmanager:GetSecretValue'],
      on: [
        'arn:PARTITION:secretsmanager:REGION:ACCOUNTID:secret:taskwarden/connect-??????',
        'arn:PARTITION:secretsmanager:REGION:ACCOUNTID:secret:taskwarden/signing-??????',
      ],
    };
    expect(granted(PLANES, (action) => action.startsWith('secretsmanager:'))).toEqual([
      { to: 'Disabler', ...secrets },
      { to: 'Lister', ...secrets },
    ]);
    const parameter = {
      actions: ['ssm:GetParameter'],
      on: ['arn:PARTITION:ssm:REGION:ACCOUNTID:parameter/taskwarden/captures'],
    };
    expect(granted(PLANES, (action) => action === 'ssm:GetParameter')).toEqual([
      { to: 'Disabler', ...parameter },
      { to: 'Lister', ...parameter },
      SECRETS_OF_WEBHOOKS,
    ]);
  });

  it('stand by their names alone in the template', () => {
    const { service } = synth('prod', { controlPlanes: PLANES });
    expect(JSON.stringify(service.toJSON())).not.toMatch(/GetSecretValue:|resolve:secretsmanager/);
  });

  it('are read by nobody where none is named', () => {
    const reads = (action: string) => /^(secretsmanager|ssm:GetParameter$)/.test(action);
    expect(granted([KAFKA, HTTP], reads)).toEqual([SECRETS_OF_WEBHOOKS]);
  });
});

describe('Amazon ECS', () => {
  const isEcs = (action: string) => /^(ecs|application-autoscaling|sts):/.test(action);

  it('of another account is reached by its role alone', () => {
    expect(granted([{ ...ECS, roleArn: ROLE }], isEcs)).toEqual([
      { to: 'Disabler', actions: ['sts:AssumeRole'], on: [ROLE] },
      { to: 'Lister', actions: ['sts:AssumeRole'], on: [ROLE] },
    ]);
  });

  it('of another account is told which roles to trust', () => {
    const { service } = synth('prod', { controlPlanes: [{ ...ECS, roleArn: ROLE }] });
    const outputs = service.toJSON().Outputs as Record<string, { Value: unknown }>;
    for (const name of ['Lister', 'Disabler'])
      expect(outputs[`${name}RoleArn`]?.Value).toEqual({
        'Fn::GetAtt': [expect.stringMatching(new RegExp(`^${name}.*Role`)), 'Arn'],
      });
  });

  it('of this account is allowed by cluster where AWS can tell', () => {
    const main = 'arn:PARTITION:ecs:REGION:ACCOUNTID:cluster/main';
    const jobs = 'arn:PARTITION:ecs:REGION:ACCOUNTID:cluster/jobs';
    const services = ['arn:PARTITION:ecs:REGION:ACCOUNTID:service/*'];
    const found = (worker: string) =>
      granted([ECS], isEcs)
        .filter(({ to }) => to === worker)
        .map(({ actions, on, if: condition }) => [
          actions.join(),
          on,
          condition === undefined ? 'always' : Object.keys(condition)[0],
        ]);
    expect(found('Lister')).toEqual([
      ['ecs:DescribeClusters', [jobs, main], 'always'],
      ['ecs:ListServices', ['*'], 'ArnLike'],
      ['ecs:DescribeServices', services, 'ArnLike'],
    ]);
    expect(found('Disabler')).toEqual([
      ['ecs:DescribeClusters', [jobs, main], 'always'],
      ['ecs:ListServices', ['*'], 'ArnLike'],
      ['ecs:DescribeServices,ecs:UpdateService', services, 'ArnLike'],
      ['ecs:TagResource,ecs:UntagResource', services, 'ForAllValues:StringEquals'],
      ['application-autoscaling:DescribeScalableTargets', ['*'], 'always'],
      [
        'application-autoscaling:RegisterScalableTarget',
        ['arn:PARTITION:application-autoscaling:REGION:ACCOUNTID:scalable-target/*'],
        'StringEquals',
      ],
    ]);
  });

  it('passes cdk-nag, whether clusters go by name or by tag, here or in another region', () => {
    const controlPlanes = [
      ECS,
      { ...ECS, name: 'tagged', prefix: 'tagged/', region: 'eu-north-1', clusters: { tag: 'team' } },
    ];
    expect(() => appOf('prod', { controlPlanes }).synth()).not.toThrow();
  });
});

describe('private networks', () => {
  it('have the functions in them that ask control planes, and no other', () => {
    const functions = functionsOf([{ ...KAFKA, network: NETWORK }, HTTP]);
    const inNetwork = {
      vpc: { SubnetIds: NETWORK.subnets, SecurityGroupIds: NETWORK.securityGroups },
      callers: '3',
    };
    expect(functions.filter(({ vpc }) => vpc !== undefined)).toEqual([
      { name: 'disabler', ...inNetwork },
      { name: 'lister', ...inNetwork },
    ]);
  });

  it('have none where no control plane names one', () => {
    expect(functionsOf([KAFKA, HTTP, ECS]).filter(({ vpc }) => vpc !== undefined)).toEqual([]);
  });

  it('are joined where several are named', () => {
    const other = { ...NETWORK, subnets: ['subnet-00000000000000002'] };
    const functions = functionsOf([
      { ...KAFKA, network: NETWORK },
      { ...HTTP, network: other },
    ]);
    expect(functions.find(({ name }) => name === 'disabler')?.vpc).toEqual({
      SubnetIds: [...NETWORK.subnets, ...other.subnets],
      SecurityGroupIds: NETWORK.securityGroups,
    });
  });

  it('can be joined by Lambda, and by nothing that runs in the function', () => {
    const { resources } = synth('prod', { controlPlanes: [{ ...KAFKA, network: NETWORK }] });
    const policies = ofType(resources, 'AWS::IAM::Role').flatMap(
      ({ Properties }) => Properties.Policies ?? [],
    );
    const network = policies.filter(({ PolicyName }) => PolicyName === 'network');
    expect(network).toHaveLength(2);
    const [allow, deny] = network[0].PolicyDocument.Statement as Statement[];
    expect(deny).toMatchObject({
      Effect: 'Deny',
      Action: allow?.Action,
      Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    });
  });

  it('pass cdk-nag', () => {
    expect(() => appOf('prod', { controlPlanes: [{ ...KAFKA, network: NETWORK }] }).synth()).not.toThrow();
  });
});

describe('control planes that cannot be had together', () => {
  const refusal = (controlPlanes: object[], more: object = {}) => {
    try {
      parseConfig('prod', { ...LEAST, ...more, controlPlanes });
      return 'taken';
    } catch (error) {
      return String(error);
    }
  };

  it('are those of two VPCs', () => {
    const other = { ...NETWORK, vpc: 'vpc-0000000000000000f' };
    expect(
      refusal([
        { ...KAFKA, network: NETWORK },
        { ...HTTP, network: other },
      ]),
    ).toContain(
      'controlPlanes.1.network.vpc is "vpc-0000000000000000f", allowed: vpc-0123456789abcdef0, as controlPlanes.0.network.vpc',
    );
  });

  it('are those of more security groups than Lambda takes', () => {
    const groups = (from: number) => [0, 1, 2].map((at) => `sg-0000000000000000${from + at}`);
    expect(
      refusal([
        { ...KAFKA, network: { ...NETWORK, securityGroups: groups(1) } },
        { ...HTTP, network: { ...NETWORK, securityGroups: groups(4) } },
      ]),
    ).toContain('controlPlanes.0.network.securityGroups is one of 6, allowed: at most 5');
  });

  it('are those that answer too slowly for the disabler', () => {
    expect(refusal([{ ...KAFKA, timeout: '11s' }])).toContain(
      'controlPlanes.0.timeout is 11s, allowed: at most a third of queues.disable.timeoutSeconds (30)',
    );
    const queues = { disable: { timeoutSeconds: 33 } };
    expect(refusal([{ ...KAFKA, timeout: '11s' }], { queues })).toBe('taken');
  });

  it('are those too many for the environment of a function, which says so by their key', () => {
    const many = Array.from({ length: 20 }, (_, at) => ({ ...HTTP, name: `c${at}`, prefix: `c${at}/` }));
    expect(() => appOf('prod', { controlPlanes: many })).toThrow(
      /controlPlanes is [\d,]+ bytes in the environment of function \S+, which has [\d,]+, allowed: 4,096 bytes/,
    );
  });
});

describe('the rate of control planes', () => {
  it('is shared out among the processes that may ask one: the disablers, and whoever lists it', () => {
    const { resources } = synth('prod', {
      controlPlanes: [KAFKA],
      queues: { disable: { maxConcurrency: 7 }, listing: { maxConcurrency: 20 } },
    });
    const callers = ofType(resources, 'AWS::Lambda::Function').map(
      ({ Properties }) => Properties.Environment.Variables.TASKWARDEN_CONTROL_PLANE_CALLERS,
    );
    expect(callers.filter((count) => count !== undefined)).toEqual(['8', '8']);
  });
});
