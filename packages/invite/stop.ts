/** An error that ends the command early. Its message is a sentence for the user. */
export class Stop extends Error {
  override readonly name = 'Stop';
}
