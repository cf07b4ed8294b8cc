/** The first line of each generated page. */
export const GENERATED = '<!-- Generated from the declarations by `npm run docs`. -->';

/** Returns a link from a page in `docs` to the file of a function. */
export function link(name: string, text: string): string {
  return `[\`${text}\`](../functions/${name}.ts)`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Returns a page of blocks separated by empty lines. */
export function page(...blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}
