/** What each document begins with that is made from the code. */
export const GENERATED = '<!-- Made from the declarations by `npm run docs`. -->';

/** A link to a function's file, from a page in `docs`. */
export function link(name: string, text: string): string {
  return `[\`${text}\`](../functions/${name}.ts)`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A page of blocks with an empty line between. */
export function page(...blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}
