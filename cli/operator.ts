import { faultLine, UsageError } from './errors.ts';
import type { OpenedStage } from './stage.ts';

/** The environment's own name for who acts, recorded beside the identity. */
const OPERATOR_VARIABLE = 'TASKWARDEN_OPERATOR';

/** So long a name may be: it stands in each row of the audit. */
const LONGEST_NAME = 100;

/** Whom the audit names; asked for by what writes alone. */
export type Operator = () => Promise<string>;

/**
 * Who acts on a stage: the identity of their AWS credentials, asked for once, with the name of the environment before it
 * (docs/operators.md#who-did-it). `name (arn)`, or `arn` alone. Where STS does not answer, a name is enough: a pause must not wait
 * for it.
 *
 * @throws UsageError where neither is known
 */
export function operatorOf(
  stage: Pick<OpenedStage, 'identity'>,
  env: Readonly<Record<string, string | undefined>>,
): Operator {
  let operator: Promise<string> | undefined;
  return () => {
    operator ??= namedOperator(stage, env[OPERATOR_VARIABLE]?.trim() ?? '');
    return operator;
  };
}

async function namedOperator({ identity }: Pick<OpenedStage, 'identity'>, name: string): Promise<string> {
  if (name.length > LONGEST_NAME)
    throw new UsageError(
      `${OPERATOR_VARIABLE} has ${name.length} characters; allowed: up to ${LONGEST_NAME}`,
    );
  try {
    const arn = await identity();
    return name === '' ? arn : `${name} (${arn})`;
  } catch (error) {
    if (name !== '') return `${name} (AWS identity unknown)`;
    const why = `STS does not say whose credentials these are (${faultLine(error)})`;
    throw new UsageError(`${why}; nothing was changed; ${OPERATOR_VARIABLE}=<your name> acts without it`);
  }
}
