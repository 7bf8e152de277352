import { UsageError } from '../errors.ts';
import { type Sink, safe } from '../terminal.ts';
import { type Answers, QUESTIONS, type Question } from './questions.ts';
import { problemWith } from './stage-document.ts';

/** How a question is called on the command line. */
export function flagOf({ option }: Pick<Question, 'option'>): string {
  return `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Lines of what somebody types; `undefined` where nobody does any more. */
export class Lines {
  readonly #chunks: AsyncIterator<Uint8Array | string>;
  #rest = '';
  #isOver = false;

  constructor(input: AsyncIterable<Uint8Array | string>) {
    this.#chunks = input[Symbol.asyncIterator]();
  }

  async next(): Promise<string | undefined> {
    while (!this.#isOver && !this.#rest.includes('\n')) {
      const { value, done } = await this.#chunks.next();
      this.#isOver = done === true;
      if (!done) this.#rest += typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
    }
    if (this.#rest === '') return undefined;
    const [line = '', ...others] = this.#rest.split('\n');
    this.#rest = others.join('\n');
    return line.trim();
  }

  /** Lets the program end, though somebody could go on typing. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

/** Who is asked what no option answers; absent: nobody. */
export interface Asked {
  lines: Lines;
  prompt: Sink;
}

/**
 * All answers: those of options, then of people, then the defaults.
 *
 * @throws UsageError naming the option that is wrong, or that is missing where nobody can be asked
 */
export async function askAll(flags: Answers, stage: string, asked: Asked | undefined): Promise<Answers> {
  const answers: Answers = {};
  for (const question of QUESTIONS) {
    if (question.isAsked && !question.isAsked(answers)) {
      refuseNeedless(question, flags);
      continue;
    }
    answers[question.option] = await answerTo(question, answers, { flags, stage, asked });
  }
  return answers;
}

function refuseNeedless(question: Question, answers: Answers): void {
  if (answers[question.option] === undefined) return;
  throw new UsageError(`${flagOf(question)}: this control plane has none`);
}

interface Asking {
  flags: Answers;
  stage: string;
  asked: Asked | undefined;
}

async function answerTo(question: Question, before: Answers, asking: Asking): Promise<string> {
  const { flags: answers, stage, asked } = asking;
  const { option, otherwise } = question;
  const problemOf = (answer: string) => problemWith(question, { ...before, [option]: answer }, stage);
  const usual = otherwise?.(before);
  const flagged = answers[option];
  if (flagged !== undefined) return sound(question, flagged, problemOf(flagged));
  for (;;) {
    const line = await typed(question, usual, asked);
    if (line === undefined) return unasked(question, usual, problemOf);
    const answer = line === '' ? usual : line;
    if (answer === '' && usual === '') return answer;
    const problem = answer === undefined ? 'it needs an answer' : problemOf(answer);
    if (answer !== undefined && problem === undefined) return answer;
    asked?.prompt.write(`  ${safe(problem ?? '')}\n`);
  }
}

/** What is taken where nobody answers. */
function unasked(
  question: Question,
  usual: string | undefined,
  problemOf: (answer: string) => string | undefined,
): string {
  if (usual === undefined) throw new UsageError(`${flagOf(question)} is missing: ${question.text}`);
  return usual === '' ? usual : sound(question, usual, problemOf(usual));
}

function sound(question: Question, answer: string, problem: string | undefined): string {
  if (problem !== undefined) throw new UsageError(`${flagOf(question)}: ${problem}`);
  return answer;
}

async function typed(
  { text, choices }: Question,
  otherwise: string | undefined,
  asked: Asked | undefined,
): Promise<string | undefined> {
  if (!asked) return undefined;
  const allowed = choices ? ` (${choices.join(', ')})` : '';
  const usual = otherwise ? ` [${otherwise}]` : '';
  asked.prompt.write(safe(`${text}${allowed}${usual}: `));
  return asked.lines.next();
}
