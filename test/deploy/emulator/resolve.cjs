// Loaded before a command: resolves the host names of the emulator's APIs, `<id>.execute-api.localhost`, to loopback.
// Not every machine does.
const dns = require('node:dns');

const lookup = dns.lookup;
dns.lookup = (host, options, callback) => lookup(/\.localhost$/.test(host) ? '127.0.0.1' : host, options, callback);
