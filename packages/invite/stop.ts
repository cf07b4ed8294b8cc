/** Why the command ends before everything is done: its message is a sentence for whoever runs it. */
export class Stop extends Error {
  override readonly name = 'Stop';
}
