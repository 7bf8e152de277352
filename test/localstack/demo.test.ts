import { expect, inject, it } from 'vitest';

it('the demo comes to the same acts as its simulation', () => {
  const { output, problem } = inject('demo');
  expect(problem).toBeNull();
  expect(output).toContain('\nsame lists as the simulation\n');
});
