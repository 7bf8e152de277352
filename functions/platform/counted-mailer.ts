import { METRIC } from './names.ts';
import type { Mailer, OutgoingMail, SendResult, Telemetry } from './ports.ts';

/**
 * Counts what becomes of each mail, so that alarms can tell mail that nobody may send from mail that nobody
 * wants. A canary that SES took is no mail to anybody.
 */
export class CountedMailer implements Mailer {
  readonly #mailer: Mailer;
  readonly #telemetry: Telemetry;

  constructor(mailer: Mailer, telemetry: Telemetry) {
    this.#mailer = mailer;
    this.#telemetry = telemetry;
  }

  async check(): Promise<void> {
    await this.#mailer.check?.();
  }

  async write(mail: OutgoingMail): Promise<OutgoingMail> {
    return (await this.#mailer.write?.(mail)) ?? mail;
  }

  async send(mail: OutgoingMail): Promise<SendResult> {
    const result = await this.#mailer.send(mail);
    if (mail.isCanary && result.outcome === 'accepted') return result;
    const properties = result.outcome === 'accepted' ? {} : { code: result.code };
    this.#telemetry.metric(metricOf(result), 1, 'Count', { digest: mail.digest, ...properties });
    return result;
  }
}

function metricOf(result: SendResult): string {
  if (result.outcome === 'accepted') return METRIC.mailAccepted;
  const isOurs = result.outcome === 'refused' && result.cause === 'environment';
  return isOurs ? METRIC.mailEnvironmentRefused : METRIC.mailNotAccepted;
}
