/** What the deployment and the command line must call by the same name about alarms. */

/** Whether an alarm wakes somebody, or waits for working hours. */
export type Severity = 'page' | 'ticket';
export const SEVERITIES: readonly Severity[] = ['page', 'ticket'];

/** What the names of all alarms of a stage begin with. */
export function alarmPrefix(stage: string): string {
  return `taskwarden/${stage}/`;
}

/** The full name of an alarm: that of the account's alarms. */
export function alarmName(stage: string, name: string): string {
  return `${alarmPrefix(stage)}${name}`;
}

/** The alarm of each severity that `alarms test` rings: every stage has them, and both say `nothing wrong` when silent. */
export const TESTED_ALARM: Readonly<Record<Severity, string>> = {
  page: 'notify-dead-letters',
  ticket: 'events-refused',
};

/** The queue that `alarms test` listens on for as long as it runs. */
export function alarmTestQueue(stage: string): string {
  return `taskwarden-${stage}-alarm-test`;
}
