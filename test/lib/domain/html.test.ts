import { expect, test } from 'vitest';
import { fill, fillHtml, html, trusted } from '../../../lib/domain/html.ts';

test('values in a template are escaped, in text and in attributes', () => {
  const hostile = `"><script>alert('1 & 2')</script>`;
  const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;1 &amp; 2&#39;)&lt;/script&gt;';
  expect(String(html`<a title="${hostile}">${hostile}</a>`)).toBe(`<a title="${escaped}">${escaped}</a>`);
});

test('nested markup is kept, lists are joined, numbers are written, and undefined is omitted', () => {
  expect(String(html`${[html`<b>${'&'}</b>`, 'a<b', 1, undefined]}${trusted('<hr>')}`)).toBe('<b>&amp;</b>a&lt;b1<hr>');
});

test('a backslash in a value or a template is kept', () => {
  expect(String(html`a${'\\n'}`)).toBe('a\\n');
});

test('a value that looks like a placeholder is not filled again', () => {
  const phrase = '{inviter} <invites> you to {organization}';
  const values = { inviter: '{organization}', organization: '$& & {inviter}' };
  expect(fill(phrase, values)).toBe('{organization} <invites> you to $& & {inviter}');
  expect(String(fillHtml(phrase, values))).toBe('{organization} &lt;invites&gt; you to $&amp; &amp; {inviter}');
});
