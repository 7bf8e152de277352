import { PublishCommand } from '@aws-sdk/client-sns';
import PostalMime from 'postal-mime';
import type { RawMail } from '../../local/mail-sink.ts';
import type { LocalStage } from '../../local/stage.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { TakenMail } from './verifier.ts';

/** The mails that the emulator's SES relayed, and what SES in AWS would report of them. */
export class Mails {
  readonly #raw: RawMail[] = [];
  readonly #read: TakenMail[] = [];
  #reported = 0;

  /** Takes in a mail as it went over the wire. */
  take(mail: RawMail): void {
    this.#raw.push(mail);
  }

  get count(): number {
    return this.#raw.length;
  }

  /** Those from the nth on, as their recipients read them. */
  async from(first: number): Promise<readonly TakenMail[]> {
    while (this.#read.length < this.#raw.length) {
      this.#read.push(await takenMail(this.#raw[this.#read.length] as RawMail));
    }
    return this.#read.slice(first);
  }

  /**
   * Reports each that was not reported yet as delivered, as a configuration set does: by the tag that names its digest.
   * The emulator's own reports name neither tag nor header, so that none could be told whose mail it is.
   */
  async report({ aws, deployment, clock }: LocalStage): Promise<void> {
    for (; this.#reported < this.#raw.length; this.#reported += 1) {
      const {
        to = [],
        headers,
        messageId = '',
      } = await PostalMime.parse(this.#raw[this.#reported] as RawMail);
      const at = clock.now();
      const digest = headers.find(({ key }) => key === 'x-taskwarden-digest')?.value ?? '';
      const mail = { at, to: to[0]?.address ?? '', digest, messageId: messageId.replace(/^<|>$/g, '') };
      const Message = deployedService.mailReport({ mail, at, event: 'delivery' });
      await aws.sns.send(new PublishCommand({ TopicArn: deployment.mailEventsTopic, Message }));
    }
  }
}

async function takenMail(raw: RawMail): Promise<TakenMail> {
  const { to = [], text = '' } = await PostalMime.parse(raw);
  return { to: to.flatMap(({ address }) => address ?? []), text };
}
