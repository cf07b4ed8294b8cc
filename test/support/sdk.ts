/** One of the SDK's clients, as far as it is needed here. */
interface Client {
  readonly middlewareStack: { add(middleware: never, options: { step: 'finalizeRequest' }): void };
}

/** Returns the address to which `call` would send a request with one of the SDK's clients. Sends nothing. */
export async function addressFromSdk<C extends Client>(
  client: C,
  call: (client: C) => Promise<unknown>,
): Promise<string> {
  let address = '';
  const middleware = () => async (args: { request: { protocol: string; hostname: string } }) => {
    address = `${args.request.protocol}//${args.request.hostname}`;
    return { output: { $metadata: {} }, response: {} };
  };
  client.middlewareStack.add(middleware as never, { step: 'finalizeRequest' });
  await call(client);
  return address;
}
