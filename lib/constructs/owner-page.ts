import { CfnOutput, Duration, Fn, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  type CfnStage,
  DomainName,
  EndpointType,
  HttpApi,
  HttpStage,
  type IDomainName,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { FunctionUrlAuthType, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ENV, linkKeysParameter, METRIC } from '../../functions/platform/names.ts';
import type { Config, OwnerPageDomain } from '../config.ts';
import type { Alarms } from './alarms.ts';
import { TaskwardenFunction } from './taskwarden-function.ts';

export interface OwnerPageProps {
  readonly config: Config;
  readonly environment: Record<string, string>;
  readonly alarms: Alarms;
}

/** Of the HTTP API, where the configuration names none. */
const DEFAULT_THROTTLE = { ratePerSecond: 20, burst: 40 };

/**
 * The page behind the links in mails: a function with a URL of its own and, where a domain is configured, an HTTP API
 * with throttling before it. Both are open to everybody: the signed link is what lets somebody in. The URL stays when a
 * domain is added: mails of the last weeks lead there.
 */
export class OwnerPage extends Construct {
  readonly page: TaskwardenFunction;
  /** What links begin with. */
  readonly baseUrl: string;
  private readonly keysArn: string;

  constructor(scope: Construct, id: string, props: OwnerPageProps) {
    super(scope, id);
    const { config } = props;
    const parameter = linkKeysParameter(config.stage);
    this.keysArn = Stack.of(this).formatArn({
      service: 'ssm',
      resource: 'parameter',
      resourceName: parameter.slice(1),
    });
    this.page = new TaskwardenFunction(this, 'Function', {
      config,
      service: 'owner-page',
      entry: 'functions/owner-page/page.handler.ts',
      timeoutSeconds: 15,
      environment: { ...props.environment, [ENV.linkKeys]: parameter },
    });
    this.page.allow(['ssm:GetParameterHistory'], [this.keysArn]);
    const { domain } = config.ownerPage;
    const url = this.behindUrl(config);
    const own = domain ? this.behindDomain(config, domain) : url;
    this.baseUrl = config.ownerPage.linkBaseUrl ?? own;
    new CfnOutput(this, 'BaseUrl', {
      value: own,
      description: 'Where the page behind the links in mails is',
    });
    if (domain) {
      new CfnOutput(this, 'EarlierUrl', {
        value: url,
        description: 'Where links of mails from before the domain go on working',
      });
    }
    this.watch(props.alarms);
  }

  /** Lets a function sign links, and make the keys to do so; gives what it must be told. */
  allowSigning(signer: TaskwardenFunction): void {
    signer.allow(['ssm:GetParameterHistory', 'ssm:PutParameter'], [this.keysArn]);
  }

  private behindUrl({ stage, emulatorEndpoint }: Config): string {
    const { url } = this.page.live.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
    if (stage !== 'local') return url;
    // An emulator may say `https://<id>.lambda-url.…`, a name that only AWS answers to. Below `localhost` both serve it.
    const id = Fn.select(0, Fn.split('.', Fn.select(2, Fn.split('/', url))));
    const { port } = new URL(emulatorEndpoint);
    return `http://${id}.lambda-url.${Stack.of(this).region}.localhost:${port}/`;
  }

  private behindDomain(config: Config, domain: OwnerPageDomain): string {
    const api = new HttpApi(this, 'Api', {
      description: `Taskwarden owner's page (${config.stage})`,
      createDefaultStage: false,
      // The one address is the domain: no second one that its owner does not watch.
      disableExecuteApiEndpoint: true,
      defaultIntegration: new HttpLambdaIntegration('Page', this.page.live as IFunction),
    });
    const name = new DomainName(this, 'Domain', {
      domainName: domain.name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    this.addStage(api, name, config);
    new CfnOutput(this, 'DomainTarget', {
      value: name.regionalDomainName,
      description: `What the DNS name ${domain.name} must point at`,
    });
    Validations.of(api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Owners have no account: the signed link in a mail is what lets them in, and the function checks it',
    });
    return `https://${domain.name}/`;
  }

  private addStage(api: HttpApi, domainName: IDomainName, config: Config): void {
    const { ratePerSecond, burst } = config.ownerPage.throttle ?? DEFAULT_THROTTLE;
    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      autoDeploy: true,
      domainMapping: { domainName },
      throttle: { rateLimit: ratePerSecond, burstLimit: burst },
    });
    const logs = new LogGroup(this, 'AccessLogs', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // No path and no address of the caller: a path holds a link, and who holds a link can act.
    const format = { at: '$context.requestTime', status: '$context.status', id: '$context.requestId' };
    (stage.node.defaultChild as CfnStage).accessLogSettings = {
      destinationArn: logs.logGroupArn,
      format: JSON.stringify(format),
    };
  }

  /** Its own figure is of requests that it answered; what never came to an answer is counted by Lambda alone. */
  private watch(alarms: Alarms): void {
    const period = Duration.minutes(5);
    const statistic = Stats.SUM;
    alarms.add({
      name: 'owner-page-failing',
      severity: 'ticket',
      impact:
        'owners who follow the link of a mail get an error and cannot keep, snooze or disable their tasks.',
      metric: new MathExpression({
        expression: 'SUM([failed, errors, throttles])',
        usingMetrics: {
          failed: alarms.own(METRIC.pageFailed, 'owner-page', period),
          errors: this.page.lambda.metricErrors({ statistic, period }),
          throttles: this.page.lambda.metricThrottles({ statistic, period }),
        },
        period,
      }),
      threshold: 1,
      periods: 12,
      ringing: 1,
      silence: 'fine',
    });
  }
}
