import { defineConfig } from 'vite';

/** How the console is built. All files are in one folder, with the hash of their content in their names. */
export default defineConfig({
  base: '/console/',
  publicDir: false,
  logLevel: 'warn',
  build: {
    target: 'es2022',
    assetsDir: '',
    // A `data:` URL would need a further source in the content security policy.
    assetsInlineLimit: 0,
    // Browsers that have modules of this target preload them.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
