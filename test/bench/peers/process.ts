/** Compares Muster with better-auth, in a process with the functions' environment. Sends the rows to its parent. */
import { compare } from './compare.ts';
import { floor } from './floor.ts';
import { startFunctions } from './muster.ts';
import { waiting } from './waiting.ts';

const muster = await startFunctions(process.argv[2] as string);
try {
  const rows = [...(await compare(muster)), ...(await floor(muster)), ...(await waiting(muster))];
  process.send?.(rows);
} finally {
  await muster.close();
}
process.disconnect?.();
