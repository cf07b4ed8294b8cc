/** Measures growth, in a process with the functions' environment. Sends the rows to its parent. */
import { startFunctions } from '../peers/muster.ts';
import { compare } from './compare.ts';

const functions = await startFunctions(process.argv[2] as string);
try {
  process.send?.(await compare(functions));
} finally {
  await functions.close();
}
process.disconnect?.();
