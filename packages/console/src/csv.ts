import { seen } from '../../../lib/domain/user-text.ts';

/**
 * Returns rows as CSV (RFC 4180), for spreadsheets: a cell that a spreadsheet would run as a formula begins with an
 * apostrophe. Texts are as on the screen.
 */
export function csvOf(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  return rows.map((row) => `${row.map((text) => cell(seen(text))).join(',')}\r\n`).join('');
}

/** Saves a text as a file. */
export function download(text: string, name: string): void {
  // Spreadsheets recognize UTF-8 by its mark.
  const url = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
