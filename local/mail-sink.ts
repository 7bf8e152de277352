import { createServer, type Server, type Socket } from 'node:net';

/** A mail as it came over the wire: headers, parts, all. */
export type RawMail = Buffer;

/**
 * A mail server that takes everything and delivers nothing. The emulator relays each mail that its SES took to it,
 * which is the only way to see the message itself.
 */
export class MailSink {
  readonly mails: RawMail[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #listener: ((mail: RawMail) => void) | undefined;

  private constructor() {
    this.#server = createServer((socket) => this.#converse(socket));
  }

  /** Listens on a free port of this machine. */
  static async open(): Promise<MailSink> {
    const sink = new MailSink();
    await new Promise<void>((resolve, reject) => {
      sink.#server.once('error', reject);
      sink.#server.listen(0, '127.0.0.1', resolve);
    });
    return sink;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Names who hears of each mail as it comes. */
  onMail(listener: (mail: RawMail) => void): void {
    this.#listener = listener;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #converse(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const reader = new SmtpReader((mail) => {
      this.mails.push(mail);
      this.#listener?.(mail);
    });
    socket.write('220 taskwarden\r\n');
    socket.on('data', (chunk) => {
      for (const answer of reader.read(chunk)) socket.write(`${answer}\r\n`);
      if (reader.over) socket.end();
    });
  }
}

/** How a request of HTTP begins: a website can have a browser send one to any port, with a mail in its body. */
const OF_BROWSERS = ['GET ', 'POST', 'PUT ', 'HEAD', 'OPTI', 'PATC', 'DELE'];

const LINE = Buffer.from('\r\n');
const END_OF_MAIL = Buffer.from('\r\n.\r\n');

/** The server's side of one SMTP conversation (RFC 5321), as far as a sender that asks for nothing special needs it. */
class SmtpReader {
  over = false;
  readonly #taken: (mail: RawMail) => void;
  #rest = Buffer.alloc(0);
  #inMail = false;

  constructor(taken: (mail: RawMail) => void) {
    this.#taken = taken;
  }

  /** Gives the answers to what came. */
  read(chunk: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const answers: string[] = [];
    for (let answer = this.#next(); answer !== undefined; answer = this.#next()) answers.push(answer);
    return answers;
  }

  #next(): string | undefined {
    if (this.over) return undefined;
    const end = this.#inMail ? END_OF_MAIL : LINE;
    const at = this.#rest.indexOf(end);
    if (at < 0) return undefined;
    const text = this.#rest.subarray(0, at);
    this.#rest = this.#rest.subarray(at + end.length);
    if (this.#inMail) {
      this.#inMail = false;
      // A line that begins with a dot was given a second one (section 4.5.2).
      this.#taken(Buffer.from(text.toString('latin1').replaceAll('\r\n..', '\r\n.'), 'latin1'));
      return '250 taken';
    }
    return this.#answer(text.toString('latin1').slice(0, 4).toUpperCase());
  }

  #answer(command: string): string {
    this.#inMail = command === 'DATA';
    this.over = command === 'QUIT' || OF_BROWSERS.includes(command);
    if (this.#inMail) return '354 go ahead';
    return this.over ? '221 bye' : '250 fine';
  }
}
