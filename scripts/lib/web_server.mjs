// SPDX-License-Identifier: GPL-3.0-or-later
// A tiny static file server for pages: right content types, nothing outside the given folders. A browser may keep a file, but
// asks each time whether it is still the same: who edits a page sees it, and who reloads one is not sent 60 files again.

import { readFileSync, statSync } from 'node:fs';
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

/** The file that a URL path names below one of the folders, as {path, etag}, or null. The first folder that has it wins. */
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
      let status = statSync(file);
      if (status.isDirectory()) {
        file = join(file, 'index.html');
        status = statSync(file);
      }
      if (status.isFile()) return { path: file, etag: `W/"${status.mtimeMs}-${status.size}"` };
    } catch {
      continue;
    }
  }
  return null;
}

/** The file's bytes, or null for one that went after it was found. Read at once: pages are small, and a stream takes turns. */
function read({ path }) {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

function answer(folders, request, response) {
  const headers = { 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' };
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...headers, Allow: 'GET, HEAD' }).end();
    return;
  }
  const path = request.url.split(/[?#]/, 1)[0];
  const file = findFile(folders, path);
  if (file && request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, { ...headers, ETag: file.etag }).end();
    return;
  }
  const body = file && read(file);
  if (!body) {
    // Browsers ask for an icon on their own; its absence is no error worth a line in their console.
    if (path === '/favicon.ico') response.writeHead(204, headers).end();
    else response.writeHead(404, { ...headers, 'Content-Type': kContentTypes['.txt'] }).end('There is no such page.\n');
    return;
  }
  const type = kContentTypes[extname(file.path).toLowerCase()] ?? 'application/octet-stream';
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': body.length, ETag: file.etag });
  response.end(request.method === 'HEAD' ? undefined : body);
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
