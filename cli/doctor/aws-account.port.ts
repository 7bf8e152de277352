import type { QueueName } from '../../functions/platform/ports.ts';

/** What a stage stands on in its AWS account, as one may ask it. All throw where the answer cannot be had. */
export interface AwsAccount {
  /** The SES identity that mail is sent as. `dkim`: SES's word for it, `SUCCESS` where mail is signed. */
  identity(): Promise<{ name: string; verified: boolean; dkim: string }>;
  /** What SES lets the account send. */
  sending(): Promise<Sending>;
  /** The scanner's schedule. */
  schedule(): Promise<{ on: boolean }>;
  /** Who hears of alarms: subscriptions of the operators' topic. */
  operators(): Promise<{ confirmed: number; pending: number }>;
  /** How many messages lie in the dead-letter queue of each queue. */
  deadLetters(): Promise<{ queue: QueueName; messages: number }[]>;
  /** The names of the stage's alarms that ring. */
  ringing(): Promise<string[]>;
}

/** Mails per rolling 24 hours and per second. */
export interface Sending {
  /** Out of the sandbox. */
  production: boolean;
  enabled: boolean;
  /** SES's word on the account's reputation: `HEALTHY`, `PROBATION`, `SHUTDOWN`. */
  standing: string;
  perDay: number;
  sentLastDay: number;
  perSecond: number;
}

/** The permission that each question needs. */
export const PERMISSION: Record<keyof AwsAccount, string> = {
  identity: 'ses:GetEmailIdentity',
  sending: 'ses:GetAccount',
  schedule: 'scheduler:GetSchedule',
  operators: 'sns:ListSubscriptionsByTopic',
  deadLetters: 'sqs:GetQueueAttributes',
  ringing: 'cloudwatch:DescribeAlarms',
};
