import { html as litHtml, type TemplateResult } from 'lit';
import { seen } from '../../../lib/domain/user-text.ts';

/**
 * The templates of all screens. Lit escapes what they hold; this also makes each text safe to read: a name can't reorder
 * the sentence around it, or hide in it. What is in a field stays as it was typed: it would be stored as it is shown.
 */
export function html(strings: TemplateStringsArray, ...values: unknown[]): TemplateResult<1> {
  return litHtml(strings, ...values.map((value, at) => (strings[at]?.endsWith('.value=') ? value : safe(value))));
}

function safe(value: unknown): unknown {
  if (typeof value === 'string') return seen(value);
  return Array.isArray(value) ? value.map(safe) : value;
}
