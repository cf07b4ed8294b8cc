/** What a piece of code is: the name of its CSS class. */
type Kind = 'comment' | 'string' | 'keyword' | 'number';

const KEYWORDS =
  'as|async|await|break|case|catch|class|const|continue|declare|default|delete|else|export|extends|false|finally|for|from|function|if|import|in|instanceof|interface|let|new|null|of|return|static|switch|this|throw|true|try|type|typeof|undefined|while';
const TEXT = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/.source;

const SCRIPT = grammar({
  comment: String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`,
  string: `${TEXT}|\`(?:\\\\.|[^\`\\\\])*\``,
  keyword: `\\b(?:${KEYWORDS})\\b`,
  number: String.raw`\b\d[\d_.]*\b`,
});

/** The grammars by the language of a fence. Code in other languages has one color. */
const GRAMMARS: Readonly<Record<string, RegExp>> = {
  js: SCRIPT,
  ts: SCRIPT,
  html: grammar({ comment: '<!--[\\s\\S]*?-->', string: TEXT, keyword: '<\\/?[\\w-]+|\\/?>' }),
  json: grammar({ string: TEXT, keyword: '\\b(?:true|false|null)\\b', number: String.raw`-?\b\d[\d.eE+-]*\b` }),
  sh: grammar({ comment: String.raw`(?<=^|\s)#[^\n]*`, string: TEXT, keyword: String.raw`\$\w+|\$\{\w+\}` }),
  yaml: grammar({ comment: String.raw`(?<=^|\s)#[^\n]*`, string: TEXT, keyword: String.raw`^\s*[\w-]+(?=:)` }),
};

function grammar(kinds: Partial<Readonly<Record<Kind, string>>>): RegExp {
  const parts = Object.entries(kinds).map(([kind, pattern]) => `(?<${kind}>${pattern})`);
  return new RegExp(parts.join('|'), 'gm');
}

/** Returns code as HTML, with a `<span>` around each comment, string, keyword and number. */
export function highlight(code: string, language: string, toHtml: (text: string) => string): string {
  const pattern = GRAMMARS[language];
  if (!pattern) return toHtml(code);
  let html = '';
  let end = 0;
  for (const match of code.matchAll(pattern)) {
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    html += `${toHtml(code.slice(end, match.index))}<span class="${kind}">${toHtml(match[0])}</span>`;
    end = match.index + match[0].length;
  }
  return html + toHtml(code.slice(end));
}
