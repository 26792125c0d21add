// SPDX-License-Identifier: GPL-3.0-or-later
// A tiny static file server for pages: right content types, no caching, nothing outside the given folders.

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve, sep } from 'node:path';

const kContentTypes = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** The file that a URL path names below one of the folders, or null. The first folder that has it wins. */
function findFile(folders, urlPath) {
  let decoded;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch {
    return null;
  }
  if (decoded.includes('\0')) return null;
  for (const folder of folders) {
    const root = resolve(folder);
    let file = join(root, normalize(decoded));
    if (file !== root && !file.startsWith(root + sep)) continue;
    try {
      if (statSync(file).isDirectory()) file = join(file, 'index.html');
      if (statSync(file).isFile()) return file;
    } catch {
      continue;
    }
  }
  return null;
}

function answer(folders, request, response) {
  const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...headers, Allow: 'GET, HEAD' }).end();
    return;
  }
  const path = request.url.split(/[?#]/, 1)[0];
  const file = findFile(folders, path);
  if (!file) {
    // Browsers ask for an icon on their own; its absence is no error worth a line in their console.
    if (path === '/favicon.ico') response.writeHead(204, headers).end();
    else response.writeHead(404, { ...headers, 'Content-Type': kContentTypes['.txt'] }).end('There is no such page.\n');
    return;
  }
  headers['Content-Type'] = kContentTypes[extname(file).toLowerCase()] ?? 'application/octet-stream';
  headers['Content-Length'] = statSync(file).size;
  response.writeHead(200, headers);
  if (request.method === 'HEAD') response.end();
  else createReadStream(file).on('error', () => response.destroy()).pipe(response);
}

/**
 * Serves the folders on address:port (0: a free port). Rejects when it cannot listen there.
 * Resolves to {port, url, close()}.
 */
export function serveFolders(folders, { address = '127.0.0.1', port = 0 } = {}) {
  const server = createServer((request, response) => answer(folders, request, response));
  return new Promise((fulfil, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      const bound = server.address().port;
      fulfil({
        port: bound,
        url: `http://${address === '0.0.0.0' ? 'localhost' : address}:${bound}`,
        close: () =>
          new Promise((closed) => {
            server.close(closed);
            server.closeAllConnections();
          }),
      });
    });
  });
}
