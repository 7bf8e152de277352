/** What a page is better with, and does without: the search by a key, and filters that hold as they are chosen. */
export const SCRIPT = `'use strict';
document.addEventListener('keydown', (event) => {
  const at = event.target;
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (at instanceof HTMLElement && at.closest('input, select, textarea')) return;
  event.preventDefault();
  const search = document.getElementById('search');
  if (search instanceof HTMLInputElement) { search.focus(); search.select(); }
});
for (const form of document.querySelectorAll('form.filters'))
  for (const choice of form.querySelectorAll('select'))
    choice.addEventListener('change', () => form.requestSubmit());
for (const form of document.querySelectorAll('form[method=post]'))
  form.addEventListener('submit', () => { for (const button of form.querySelectorAll('button')) setTimeout(() => { button.disabled = true; }); });
`;
