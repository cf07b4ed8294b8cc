/**
 * What bundles have in place of the SDK's credential chain (`cdk/bundling/bundle.ts`): in a Lambda the credentials are always
 * in the environment, and the chain that looks everywhere else is a third of a bundle.
 */
export const defaultProvider = () => async () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
  ...(process.env.AWS_SESSION_TOKEN && { sessionToken: process.env.AWS_SESSION_TOKEN }),
});
