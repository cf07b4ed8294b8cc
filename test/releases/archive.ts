import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

// The functions of a release are 16 MB, which differ little from each other: a window over all of them makes 0.5 MB.

/** What a synthesized assembly has besides the templates and assets: bundles again, caches, paths of this machine. */
const LEFT_OUT = /^(functions|compile-cache)\/|\.sha256$|\.metadata\.json$|^validation-report\.json$/;

/** Packs an assembly: a line of JSON with the path and size of each file, then their contents. */
export function pack(assembly: string): Buffer {
  const files = readdirSync(assembly, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(assembly.length + 1))
    .filter((path) => !LEFT_OUT.test(path))
    .sort();
  const contents = files.map((path) => readFileSync(join(assembly, path)));
  const index = files.map((path, number) => [path, contents[number]?.length]);
  const all = Buffer.concat([Buffer.from(`${JSON.stringify(index)}\n`), ...contents]);
  return compress(all);
}

/** Unpacks an assembly into an empty directory. */
export function unpack(archive: Buffer, directory: string): void {
  const all = decompress(archive);
  const end = all.indexOf('\n');
  let position = end + 1;
  for (const [path, size] of JSON.parse(all.subarray(0, end).toString()) as [string, number][]) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, all.subarray(position, position + size));
    position += size;
  }
}

export function compress(text: Buffer): Buffer {
  return brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_LARGE_WINDOW]: 1,
      [constants.BROTLI_PARAM_LGWIN]: 26,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    },
  });
}

export function decompress(archive: Buffer): Buffer {
  return brotliDecompressSync(archive, { params: { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 1 } });
}
