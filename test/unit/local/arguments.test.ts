import { expect, it } from 'vitest';
import { parseLocalArguments } from '../../../local/arguments.ts';

it.each([
  [[], { emulator: undefined, keep: false }],
  [['--emulator', 'localstack'], { emulator: 'localstack', keep: false }],
  [['--keep', '--emulator=ministack'], { emulator: 'ministack', keep: true }],
  [['--control-plane', 'kafka-connect'], { emulator: undefined, keep: false, controlPlane: 'kafka-connect' }],
])('takes %j', (args, expected) => {
  expect(parseLocalArguments(args, { mayKeep: true })).toEqual(expected);
});

it.each([
  [['--emulator', 'moto'], '--emulator is "moto", allowed: ministack, localstack'],
  [['--control-plane', 'nomad'], '--control-plane is "nomad", allowed: kafka-connect'],
  [['--emulator'], "'--emulator <value>' argument missing"],
  [['keep'], "'keep'"],
  [['--kept'], "'--kept'"],
])('refuses %j and says why', (args, problem) => {
  expect(parseLocalArguments(args, { mayKeep: true })).toContain(problem);
});

it('keeps nothing where the command stays up anyway', () => {
  expect(parseLocalArguments(['--keep'], { mayKeep: false })).toContain("'--keep'");
});
