/** A part of a stack that was not made or changed, as the CDK says it of CloudFormation. */
const FAILED = /\b(?:CREATE|UPDATE)_FAILED\b/;

/**
 * What failed in a deployment of which the emulator said that it is complete; undefined where nothing did. LocalStack
 * says so of a second deployment that changes functions: it failed (`Alias already exists`), and took the aliases away.
 * @param log what `cdk deploy` wrote
 */
export function failureIn(log: string): string | undefined {
  const failed = log.split('\n').filter((line) => FAILED.test(line));
  const withReason = failed.find((line) => line.includes('rror'));
  return (withReason ?? failed[0])?.trim();
}
