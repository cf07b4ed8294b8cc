import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gzipSync } from 'node:zlib';

// The built files of the console lie beside the bundles of its functions (cdk/bundling/console.ts).

/** The folder beside a bundle with the files of the console. */
const FOLDER = 'console';

/** The end of their names: they are compressed when they are built. */
const COMPRESSED = '.br';

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** A file, compressed as the browser takes it. */
export interface ConsoleFile {
  readonly content: Buffer;
  readonly type: string;
  /** Undefined: not compressed. */
  readonly encoding: 'br' | 'gzip' | undefined;
}

let names: ReadonlySet<string> | undefined;

/** Returns the text of the console's only document. */
export function consoleDocument(): string {
  return brotliDecompressSync(read('index.html')).toString();
}

/**
 * Returns a file of the console; undefined: there is none with this name.
 *
 * @param accepted the browser's `Accept-Encoding`
 */
export function consoleFile(name: string, accepted = ''): ConsoleFile | undefined {
  const type = TYPES[/\.(\w+)$/.exec(name)?.[1] ?? ''];
  // Only names of the folder: no path of a request is opened.
  names ??= new Set(readdirSync(join(__dirname, FOLDER)));
  if (type === undefined || !names.has(name + COMPRESSED)) return undefined;
  const content = read(name);
  const takes = (encoding: string) =>
    accepted.split(',').some((each) => each.trim().split(';')[0] === encoding && !/;\s*q=0(\.0*)?$/.test(each.trim()));
  if (takes('br')) return { content, type, encoding: 'br' };
  const whole = brotliDecompressSync(content);
  return takes('gzip')
    ? { content: gzipSync(whole), type, encoding: 'gzip' }
    : { content: whole, type, encoding: undefined };
}

function read(name: string): Buffer {
  return readFileSync(join(__dirname, FOLDER, name + COMPRESSED));
}
