import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { functions } from '../functions/index.ts';
import { bundle } from './bundling/bundle.ts';
import { ConfigError, readConfig } from './config.ts';
import { Muster } from './stack.ts';

try {
  const app = new App({ analyticsReporting: false, treeMetadata: false });
  const stage = app.node.tryGetContext('stage') ?? process.env.STAGE ?? 'development';
  const unprotected = app.node.tryGetContext('protect') === 'false';
  const config = readConfig(app.node.tryGetContext('stages'), stage, unprotected);
  const bundles = join(app.outdir, 'functions');
  await bundle(bundles, functions);
  new Muster(app, `Muster-${stage}`, { config, functions, bundles });
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
